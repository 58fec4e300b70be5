"""Lines that speech models make of silence, told from what people say."""

import pytest

from pipeline.speech.hallucinations.credit_lines import is_credit_line


@pytest.mark.parametrize(
    "text",
    [
        " Thanks for watching!", "Thank you for watching. Please subscribe!", "Please like, share and subscribe.",
        "Thank you so much for watching, don’t forget to like and subscribe.", "Subtitles by the Amara.org community",
        "Legendas pela comunidade Amara.org", "LEGENDAS PELA COMUNIDADE AMARA.ORG", "Obrigado por assistir!",
        "Subtítulos realizados por la comunidad de Amara.org", "¡Gracias por ver el vídeo!", "Gracias por ver.",
        "Sous-titres réalisés para la communauté d'Amara.org", "Untertitel im Auftrag des ZDF für funk, 2017",
        "Субтитры сделал DimaTorzok", "ご視聴ありがとうございました。", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "시청해주셔서 감사합니다.", "Transcribed by https://otter.ai",
    ],
)  # fmt: skip
def test_a_credit_line_is_known_in_its_language(text: str) -> None:
    assert is_credit_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "...", "Thanks.", "Thank you.", "Thanks for watching the children while I was away.",
        "Thanks for watching! Today we bake bread.", "Obrigado por assistir a nossa reunião de hoje com os diretores.",
        "As legendas estão prontas.", "The subtitles by my sister were better.", "Gracias por venir.",
        "Amara.org is where we keep the subtitles of our course, and everybody in the team can correct them there.",
    ],
)  # fmt: skip
def test_what_people_say_is_none(text: str) -> None:
    assert not is_credit_line(text)
