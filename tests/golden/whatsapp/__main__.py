"""Write the files anew."""

from golden.whatsapp.shapes import golden

for path, content in golden().items():
    path.parent.mkdir(exist_ok=True)
    path.write_text(content(), "utf-8")
