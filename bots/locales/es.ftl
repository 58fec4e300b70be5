## Bienvenida y ayuda

welcome =
    ¡Hola! Soy Rabisco. 🖍️
    Envíame una imagen y te hago un video de cómo se dibuja a mano. Envíame un video con alguien hablando y le pongo subtítulos animados, palabra por palabra. Envíame un audio y escribo lo que se dice.
    Pruébalo ahora: envía una foto.
help =
    Lo que hago:
    🖼️ una imagen → un video de cómo se dibuja a mano
    🗂️ varias imágenes a la vez → un solo video, una dibujada tras otra
    🎬 un video con voz → el mismo video con subtítulos animados
    🎙️ un audio → su texto

    Mejor calidad: envía las imágenes como archivo.
    /settings cómo quedan tus videos
    /brand tu fuente, tus colores y tu logo en todos los videos
    /logo hacer de una imagen tu logo
    /balance tus créditos
    /plans comprar créditos
    /billing tu plan y tus facturas
    /redeem usar un código
    /gift créditos para otra persona
    /invite trae a un amigo: créditos para los dos
    /link yo en varios chats
    /email pagaste en otro lugar
    /language el idioma que hablo
    /cancel parar lo que estoy haciendo
about = Imágenes dibujadas a mano en video, videos con subtítulos animados, y audios en texto.
not-understood = Hago videos a partir de imágenes y videos, y texto a partir de audios. ¡Envíame algo! En /help te cuento más.
forwarded = No hago nada con textos reenviados ni con lo que escribió otro bot. Si quieres esto, escríbemelo tú.
sketch-needs = Envíame una imagen y la dibujo. Si envías varias a la vez, dibujo una tras otra.
caption-needs = Envíame un video con voz y le pongo subtítulos.
transcript-needs = Envíame un audio o un video con voz y escribo lo que se dice.
summary-needs = Envíame una nota de voz, un audio o un video con voz, y resumo lo que se dice.
chapters-needs = Envíame un video o una grabación con voz, y la divido en capítulos.
command-start = Empieza aquí
command-help = Lo que sé hacer
command-sketch = Dibujar la última imagen
command-caption = Poner subtítulos al último video
command-transcript = Escribir lo que se dice
command-summary = Resumir lo que se dice
command-chapters = Capítulos para la descripción de un video
command-settings = Cómo quedan tus videos
command-brand = Tu marca: fuente, colores y logo
command-logo = Hacer de una imagen tu logo
command-balance = Tus créditos
command-plans = Comprar créditos
command-billing = Tu plan y tus facturas
command-redeem = Usar un código: /redeem CÓDIGO
command-gift = Regalar créditos: /gift 50
command-invite = Invitar a un amigo
command-link = Usarme en varios chats
command-email = ¿Ya pagaste en otro lugar? /email tu@example.com
command-language = English, Português, Español
command-cancel = Parar lo que estoy haciendo
command-grant = Dar créditos: /grant telegram:123 10
command-stats = Cómo va el negocio
command-promo = Promociones: /promo create CÓDIGO 50 100
command-unjoin = Separar chats unidos

## Progreso

received = ¡Recibido! Le echo un vistazo…
received-album = ¡Recibidas! Les echo un vistazo…
album-too-long = En un video caben hasta { $limit } imágenes, así que usé las primeras { $limit }. Envíame las demás después de este.
status-waiting = { $position ->
    [1] 🕐 Eres el siguiente.
   *[other] 🕐 En la cola: número { $position }.
}
status-drawing = ✏️ Dibujando… { $percent } %
status-listening = 👂 Escuchando… { $percent } %
status-captioning = 💬 Poniendo los subtítulos… { $percent } %
status-summarizing = 📋 Resumiendo… { $percent } %
status-dividing = 🔖 Buscando los capítulos… { $percent } %
status-now-drawing = ✏️ Estoy dibujando…
status-now-listening = 👂 Estoy escuchando…
status-now-captioning = 💬 Estoy poniendo los subtítulos…
status-now-summarizing = 📋 Estoy resumiendo…
status-now-dividing = 🔖 Estoy buscando los capítulos…
status-done = ✅ ¡Listo!
status-cancelled = ✖️ Cancelado.
status-failed = ⚠️ No funcionó. Mira abajo.
sketch-ready = ¡Aquí está tu dibujo! ✏️
order-unknown = No sé encontrar { $things } en imágenes, así que el resto va en el orden que pediste. Conozco personas, caras, animales, vehículos, comida, muebles, muchas cosas de la casa, el cielo y el fondo.
order-made = Exactamente en ese orden ya lo dibujé, o lo estoy dibujando. No se ha cobrado nada más.
order-choose = Toca las cosas en el orden en que debo dibujarlas; lo demás viene después, solo.
order-chosen = Tu orden: { $order }.
order-choose-words = También puedes escribirlo: “primero el perro, luego el gato, el cielo al final”.
order-none = No distingo cosas separadas en esta imagen. Escríbeme qué va primero: “primero el perro, luego el gato, el cielo al final”.
order-number = { $number } · { $subject }
order-number-alone = { $number }
choice-order = 🔢 Cambiar el orden
choice-ordered = ✏️ Dibujarlo así
choice-order-again = ↩️ Empezar de nuevo
caption-ready = ¡Aquí está tu video con subtítulos! 💬
transcript-ready = Aquí está lo que se dice. 📝
summary-ready = Aquí está el resumen. 📋
chapters-ready = Aquí están los capítulos, para la descripción del video. 🔖
heard-groq = 👂 Idioma: { $spoken } · escuchado por Groq
heard-local = 👂 Idioma: { $spoken } · escuchado aquí mismo
transcript-file-srt = Los subtítulos en .srt, con los tiempos.
transcript-file-vtt = Los subtítulos en .vtt, con los tiempos.
transcript-file-ass = Los subtítulos en .ass, con los tiempos de las palabras.
transcript-file-txt = El texto en un archivo.
caption-file-srt = Los subtítulos del video en .srt, con sus tiempos.
caption-file-vtt = Los subtítulos del video en .vtt, con sus tiempos.
caption-file-ass = Los subtítulos del video en .ass, con sus tiempos.
sketch-file-still = El dibujo terminado.
sketch-file-svg = Los trazos del dibujo, nítidos a cualquier tamaño.
sketch-file-gif = El video en GIF.
follow-up-running = Ya estoy trabajando en eso. Llega en un momento.
film-as-file = El archivo original, sin cambios.

## Correcciones

correction-how =
    { "" }
    ✏️ Responde con las líneas que quieras cambiar, cuantas quieras, cada una con su número:
    3: el texto nuevo
    Con el número solo (3:) esa línea se quita.
correction-costs = { $credits ->
    [0] Lo hago de nuevo con tus palabras, sin volver a escuchar. No cuesta nada.
    [one] Lo hago de nuevo con tus palabras, sin volver a escuchar, por 1 crédito.
   *[other] Lo hago de nuevo con tus palabras, sin volver a escuchar, por { $credits } créditos.
}
correction-in-file = El texto es largo, así que va como archivo. Cada subtítulo tiene un número: es el número de su línea.
correction-too-long = Ese texto es demasiado largo para corregirlo aquí. Envía tus subtítulos corregidos como archivo .srt en respuesta al video.
correction-no-line = No hay línea { $number }: las líneas van de la 1 a la { $last }. No se cambió nada.
correction-line-too-long = La línea { $number } es demasiado larga para una línea. No se cambió nada.
correction-cuts-unknown = A este video se le cortaron partes y ya no sé cuáles, así que no puedo saber dónde van tus subtítulos. Toca “Corregir palabras” debajo de él y escribe las líneas por número, o haz el video otra vez y corrige el nuevo. No se cobró nada.
correction-two-languages = En este video la traducción va debajo de cada línea, y no puedo distinguir lo que cambiaste en ella de lo que se dice. Deja la traducción como está y cambia lo que se dice: esas líneas las traduzco de nuevo. No se cobró nada.
correction-empty = Así no quedaría ninguna palabra. No se cambió nada.
correction-unchanged = Esas ya son las palabras que tiene. No se cambió ni se cobró nada.
correction-made = Ya hice exactamente eso, o lo estoy haciendo. No se cobró nada más.
correction-unclear = No sé a qué líneas te refieres. Escribe el número antes de cada una, como “3: el texto nuevo”.
edit-menu = ¿Qué hago con tu video? Toca para activar o desactivar y luego haz el video. No hace falta escuchar nada otra vez.
edit-costs = { $credits ->
    [0] No cuesta nada.
    [one] Cuesta 1 crédito.
   *[other] Cuesta { $credits } créditos.
}
edit-unchanged = El video ya está así. Activa o desactiva algo primero. No se ha cobrado nada.
edit-made = Exactamente eso ya lo hice, o lo estoy haciendo. No se ha cobrado nada más.
edit-pauses = ✂️ Cortar pausas y “eh”
edit-zoom = 🔍 Zoom en palabras clave
edit-bar = ▬ Barra de progreso
edit-emoji = 😀 Emoji sobre las palabras
edit-title = 🪝 Título al principio
edit-title-text = ✏️ Escribir el título
edit-title-now = Su título: “{ $title }”
title-ask = ¿Qué título debe llevar el video en los tres primeros segundos? Escríbemelo, con { $limit } caracteres como máximo. Luego hago el video con lo que está activado. Los emojis que no se pueden dibujar se omiten.
title-too-long = Ese título tiene { $length } caracteres, y caben { $limit }. Escribe uno más corto.
title-unreadable = En ese título no hay ninguna letra ni cifra. Escribe otro.
edit-card = 🏁 Tarjeta al final
edit-loudness = 🔊 Volumen uniforme (-14 LUFS)
edit-track = 📄 Pista de subtítulos en el archivo
edit-profanity = 🤐 Ocultar palabrotas
edit-album = 🗂️ Álbumes
edit-transition = 🔀 Entre imágenes
edit-loop = 🔁 Vuelve a empezar sin salto
edit-gif = 🎞️ También en GIF

## Opciones

choice-cancel = ✖️ Cancelar
choice-again = 🔁 Otra vez
choice-file = ⬇️ Archivo original
choice-style = 🎨 Estilo
choice-correct = ✏️ Corregir palabras
choice-edit = ✨ Pulir
choice-title-automatic = 🎲 Elígelo por mí
choice-edited = 🎬 Hacer este video
choice-srt = ⬇️ .srt
choice-vtt = ⬇️ .vtt
choice-ass = ⬇️ .ass
choice-txt = ⬇️ .txt
choice-still = ⬇️ Imagen (PNG)
choice-svg = ⬇️ Trazos (SVG)
choice-gif = ⬇️ GIF
choice-subtitles = 📄 Subtítulos
choice-summary = 📋 Resumen
choice-chapters = 🔖 Capítulos
choice-back = « Volver
choice-english = Inglés
choice-portuguese = Portugués
choice-spanish = Español
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = En color
choice-finish-marker = Rotulador
choice-finish-pencil = Lápiz
choice-finish-lines = Solo el trazo
board-white = Pizarra blanca
board-paper = Papel
board-kraft = Papel kraft
board-blackboard = Pizarra negra
board-green = Pizarra verde
album-scenes = Una tras otra
album-side = Lado a lado
transition-eraser = Se borra a mano
transition-page = Se pasa la página
transition-slide = Desliza de lado
aspect-auto = Como la imagen
aspect-16-9 = Horizontal (16:9)
aspect-9-16 = Vertical (9:16)
aspect-1-1 = Cuadrado (1:1)
aspect-4-5 = Retrato (4:5)
resolution-auto = Como la imagen
resolution-720 = 720p
resolution-1080 = 1080p (Full HD)
resolution-2160 = 2160p (4K)
hold-auto = Según la duración
sound-none = Ninguno
sound-auto = El del trazo
choice-spoken-auto = Detectar
choice-translate-off = No
choice-translate-own = Mi idioma
choice-switch-off = No
choice-switch-on = Sí
choice-lines-translated = Solo traducción
choice-lines-both = Los dos idiomas
language-name = { $spoken }

hand-light = 🖐🏻 Piel clara
hand-medium = 🖐🏼 Piel media
hand-tan = 🖐🏽 Piel morena
hand-brown = 🖐🏾 Piel oscura
hand-dark = 🖐🏿 Piel negra
hand-light-left = 🖐🏻 Zurda clara
hand-medium-left = 🖐🏼 Zurda media
hand-tan-left = 🖐🏽 Zurda morena
hand-brown-left = 🖐🏾 Zurda oscura
hand-dark-left = 🖐🏿 Zurda negra
hand-none = Sin mano
tool-auto = Automática
tool-marker = Marcador
tool-pencil = Lápiz
tool-chalk = Tiza
tool-brush = Pincel
style-classic = Clásicos
style-pill = Píldora
style-plate = Placa
style-hormozi = Hormozi
style-beast = Beast
style-karaoke = Karaoke
style-minimal = Minimalistas
style-neon = Neón
style-typewriter = Mecanografía
style-bounce = Saltarines
style-stack = Apiladas
style-news = Noticias
style-comic = Cómic
style-clean = Sencillos
style-podcast = Pódcast
style-marker = Resaltador
style-title = 🎨 { $value } ({ $position } de { $total })
style-price =
    { $credits ->
        [0] Tu video en este estilo no cuesta nada.
        [one] Tu video en este estilo cuesta 1 crédito.
       *[other] Tu video en este estilo cuesta { $credits } créditos.
    }
style-previous = ◀️
style-next = ▶️
style-list = 📋 Todos los estilos
style-change-size = 🔠 Tamaño
style-change-place = ↕️ Posición
style-change-colour = 🎨 Color
style-change-second = 🖍️ Segundo color
style-film = 🎞️ Verlo en movimiento
style-use = ✅ Usar este
style-keep = ⭐ Usar en todos mis videos
style-choose-size = ¿De qué tamaño deben ser las palabras?
style-choose-place = ¿Dónde deben estar las palabras?
style-choose-colour = ¿Qué color debe tener la palabra hablada?
style-choose-second = ¿Qué color deben tener las palabras destacadas?
style-size-small = Pequeño
style-size-medium = Mediano
style-size-large = Grande
style-place-auto = Como en el estilo
style-place-top = Arriba
style-place-middle = En medio
style-place-bottom = Abajo
colour-auto = Como en el estilo
colour-white = Blanco
colour-yellow = Amarillo
colour-orange = Naranja
colour-red = Rojo
colour-pink = Rosa
colour-purple = Morado
colour-blue = Azul
colour-turquoise = Turquesa
colour-green = Verde
colour-black = Negro
style-making = Estoy haciendo otra vez tu video en este estilo: { $value }.
style-kept = Tus próximos videos tendrán este estilo: { $value }.
style-gone = El estilo { $value } ya no existe, así que no se hizo ni cambió nada. Elige otro.
style-made-already = Tu video en este estilo ya existe, o está en camino.
brand-of-me = 🎀 Tu marca, en todos tus videos
brand-of-all = 🏢 La marca de todos aquí, donde no tienen una propia
brand-font = Fuente: { $value }
brand-colour = Color: { $value }
brand-second = Segundo color: { $value }
brand-logo = Logo: puesto
brand-no-logo = Logo: ninguno
brand-help-me = Para tener un logo, envía una imagen con el texto /logo; un PNG enviado como archivo conserva lo transparente. Otros colores: /brand #1A2B3C #FFD60A
brand-help-all = Para tener un logo, envía una imagen con el texto /logo all. Otros colores: /brand all #1A2B3C #FFD60A
brand-change-font = 🔤 Fuente
brand-change-colour = 🎨 Color
brand-change-second = 🖍️ Segundo color
brand-change-corner = 📐 Esquina
brand-change-size = 🔎 Tamaño del logo
brand-remove-logo = 🗑️ Quitar el logo
brand-scope-all = 🏢 Para todos aquí
brand-scope-me = 👤 Solo para mí
brand-choose-font = ¿Qué fuente?
brand-choose-colour = ¿Qué color para la palabra hablada?
brand-choose-second = ¿Qué color para las palabras destacadas?
brand-choose-corner = ¿En qué esquina va el logo?
brand-choose-size = ¿De qué tamaño es el logo?
brand-corner-top-left = Arriba izquierda
brand-corner-top-right = Arriba derecha
brand-corner-bottom-left = Abajo izquierda
brand-corner-bottom-right = Abajo derecha
brand-usage = Así: /brand · /brand #1A2B3C · /brand #1A2B3C #FFD60A
brand-needs-logo = Envíame la imagen con el texto /logo, o responde a una imagen con /logo.
brand-logo-too-big = Esa imagen es demasiado grande para un logo. Envía una de hasta 2 MB y 4096 píxeles por lado.
brand-logo-set = Ese es tu logo ahora. Aparecerá en tus videos.

## Idioma, ajustes, saldo

language-choose = ¿En qué idioma hablo?
language-set = Ahora hablo español.
settings = Tus videos. ¿Qué quieres cambiar?
setting-seconds = ⏱️ Duración de los dibujos: { $value }
setting-hand = ✍️ Mano: { $value }
setting-tool = 🖊️ Herramienta: { $value }
setting-finish = 🎨 El dibujo termina: { $value }
setting-board = 🖼️ Fondo: { $value }
setting-aspect = 📐 Formato: { $value }
setting-resolution = 🔎 Nitidez: { $value }
setting-hold = ⏸️ Dibujo terminado: { $value }
setting-album = 🗂️ Álbumes: { $value }
setting-transition = 🔀 Entre imágenes: { $value }
setting-sound = 🔊 Sonido: { $value }
setting-loop = 🔁 Vuelve a empezar sin salto: { $value }
setting-gif = 🎞️ También en GIF: { $value }
setting-drawings =
    🖌️ Más sobre los dibujos: { $count ->
        [0] lo normal
        [one] 1 cambio
       *[other] { $count } cambios
    }
setting-style = 💬 Subtítulos: { $value }
setting-spoken = 👂 Idioma hablado: { $value }
setting-translate = 🌐 Traducir subtítulos: { $value }
setting-pauses = ✂️ Cortar pausas y “eh”: { $value }
setting-zoom = 🔍 Zoom en palabras clave: { $value }
setting-bar = ▬ Barra de progreso: { $value }
setting-emoji = 😀 Emoji sobre las palabras: { $value }
setting-title = 🪝 Título al principio: { $value }
setting-card = 🏁 Tarjeta al final: { $value }
setting-lines = 🌐 Mostrar: { $value }
setting-track = 📄 Pista de subtítulos en el archivo: { $value }
setting-profanity = 🤐 Ocultar palabrotas: { $value }
setting-loudness = 🔊 Volumen de las plataformas: { $value }
setting-captions =
    📄 Extras de los subtítulos: { $count ->
        [0] apagado
        [one] 1 activado
       *[other] { $count } activados
    }
setting-polish =
    ✨ Pulir: { $count ->
        [0] apagado
        [one] 1 activado
       *[other] { $count } activados
    }
setting-text-translate = 🌐 Traducir transcripciones: { $value }
setting-choose-captions = ¿Qué deben llevar los subtítulos de todos tus próximos videos? Toca para activar o desactivar.
setting-choose-polish = ¿Qué hago con todos tus próximos videos? Toca para activar o desactivar.
setting-choose-text-translate = ¿En qué idioma deben llegar también los textos, debajo de lo que se dice?
setting-choose-seconds = ¿Cuánto debe durar un dibujo?
setting-choose-hand = ¿Qué mano debe dibujar?
setting-choose-tool = ¿Qué debe sostener la mano?
setting-choose-finish = ¿Cómo deben terminar los dibujos?
setting-choose-drawings = ¿Qué más deben tener los dibujos?
setting-choose-board = ¿Sobre qué se debe dibujar?
setting-choose-aspect = ¿Qué formato deben tener los dibujos? Alrededor de la imagen queda la pizarra.
setting-choose-resolution = ¿Qué nitidez deben tener los dibujos? Los videos más grandes tardan más en hacerse y en enviarse.
setting-choose-hold = ¿Cuánto tiempo debe verse el dibujo terminado al final?
setting-choose-album = ¿Cómo deben convertirse varias imágenes en un video?
setting-choose-transition = ¿Cómo debe dar paso una imagen del álbum a la siguiente?
setting-choose-sound = ¿Qué debe oírse mientras se hace el dibujo? Responde a una imagen o a su video con un audio de hasta un minuto, y el dibujo seguirá ese audio.
setting-choose-loop = ¿Borro la pizarra al final, para que el video vuelva a empezar sin salto?
setting-choose-gif = ¿Los dibujos deben llegar también en GIF, con un botón?
setting-choose-style = ¿Qué subtítulos te gustan?
setting-choose-spoken = ¿Qué idioma se habla en lo que envías?
setting-choose-translate = ¿A qué idioma hay que traducir los subtítulos?
setting-choose-pauses = ¿Corto de tus videos las pausas largas y sonidos como “eh”?
setting-choose-zoom = ¿Debe acercarse la imagen cuando se dice algo importante?
setting-choose-bar = ¿Debe una barra mostrar cuánto del video ha pasado?
setting-choose-emoji = ¿Algunas palabras deben llevar un emoji encima? Dos cada diez segundos como máximo.
setting-choose-title = ¿Muestro un título en los tres primeros segundos?
setting-choose-card = ¿Debe terminar el video con una tarjeta con un nombre?
setting-choose-lines = ¿Dónde va la traducción?
setting-choose-track = ¿La película debe llevar también los subtítulos en una pista propia, que se activa en el reproductor?
setting-choose-profanity = ¿Oculto las letras de las palabrotas, como en “m****a”? En los subtítulos y en sus archivos; el sonido queda como está.
setting-choose-loudness = ¿El sonido debe tener el volumen de las plataformas (-14 LUFS)?
balance =
    { $available ->
        [one] Tienes 1 crédito.
       *[other] Tienes { $available } créditos.
    }
    Tu plan te da { $monthly } créditos al mes; los próximos llegan el { $returns }.
balance-held = { $reserved ->
    [one] Hay 1 más reservado para el video que estoy haciendo.
   *[other] Hay { $reserved } más reservados para videos que estoy haciendo.
}
balance-debt = Debes { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}: se gastaron antes de que su pago volviera. Lo que llegue paga esto primero.
balance-lot = · { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} hasta el { $returns }
balance-lot-forever = · { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} sin fecha final
balance-unmetered = Eres el dueño aquí: tus videos no cuestan nada.
price-hint = Un video de hasta 1 minuto cuesta 1 crédito; hasta 3 minutos, 2; hasta 5 minutos, 3.
transcript-price = Escribir lo que se dice cuesta 1 crédito por cada 10 minutos.
corrections-price = Un video con palabras corregidas no cuesta nada hasta 1 minuto, 1 crédito hasta 5 y 2 hasta 10; un texto corregido no cuesta nada.
summary-price = Un resumen cuesta 1 crédito por cada 30 minutos. Si antes tengo que escuchar la grabación, se suma el precio de la transcripción.
chapters-price = Los capítulos cuestan 1 crédito por cada 30 minutos. Si antes tengo que escuchar la grabación, se suma el precio de la transcripción.

## Cancelación y créditos

cancel-nothing = Ahora mismo no estoy haciendo nada para ti.
cancel-done = { $count ->
    [one] Cancelado. No se cobró nada.
   *[other] { $count } trabajos cancelados. No se cobró nada.
}
cancel-too-late = Ese ya terminó.
credits-returned = { $credits ->
    [one] Tu crédito está de vuelta.
   *[other] Tus { $credits } créditos están de vuelta.
}
nothing-charged = No se cobró nada.
goodbye = De acuerdo: no te escribiré más. Si algún día quieres volver, solo escríbeme.
goodbye-cancelled = { $count ->
    [one] El video que estaba haciendo quedó cancelado y no se cobró nada.
   *[other] Los { $count } videos que estaba haciendo quedaron cancelados y no se cobró nada.
}

## La tienda

plans = Créditos y planes. Elige uno y te mando una forma de pagar.
plans-current = Tu plan: { $plan }.
shop-closed = Aquí no se vende nada. Tus créditos gratis vuelven cada mes: /balance
money-in-private = De créditos hablemos en privado: escríbeme en un chat solo nuestro.
offer-pack = 💎 { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} · { $price }
offer-plan = 📅 { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} al mes · { $price }
offer-plan-current = ✅ { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} al mes · { $price }
offer-stars = ⭐ { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} · { $stars } Stars
offer-gone = Eso ya no se vende. Esto es lo que hay:
plan-change = Ya tienes un plan. Cámbialo en /billing.
link-preparing = 🔗 Estoy preparando tu enlace…
link-still = Todavía estoy preparando ese enlace. Aparece en el mensaje de arriba.
link-ready = Aquí está tu enlace. En cuanto esté pagado, tus créditos llegan solos.
choice-pay = 💳 Pagar { $price }
choice-pay-pix = 💠 Pix/tarjeta { $price }
choice-plans = 💎 Comprar créditos
choice-billing = 🧾 Mi plan
invoice-title = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}
invoice-about = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} para películas, en cuanto esté pagado.
product-plan = Plan { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} cada mes
stars-gone = Este cobro ya no vale. Pide otro con /plans.
stars-later = Ahora no puedo comprobarlo. Inténtalo de nuevo en un minuto.
stars-paid = ⭐ ¡Gracias! Para ti: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}. Tu saldo: { $total }.
stars-returned = Tus Stars han vuelto contigo, y los créditos que compraron se han ido.
stars-unknown = Recibí tus Stars, pero no encuentro para qué eran. Avisa a quien me administra, con este código: { $code }

## Pagos

credits-arrived = 🎉 { $credits ->
    [one] Llegó 1 crédito.
   *[other] Llegaron { $credits } créditos.
} Ahora tienes { $total }.
choice-new-link = 🔗 Nuevo enlace
link-expired = ⌛ Ese enlace venció y no se cobró nada.
link-failed = No pude crear el enlace. Inténtalo de nuevo en unos minutos.
payment-pending = ⏳ Estoy esperando tu pago de { $price }. En cuanto llegue, los créditos vienen solos.
payment-failed = El pago no llegó, así que no se cobró nada. Puedes intentarlo de nuevo:
payment-refunded = Tu pago de { $price } fue devuelto, entero o en parte: { $credits ->
    [one] se fue 1 crédito.
   *[other] se fueron { $credits } créditos.
} Tienes { $total }.
payment-disputed = Tu pago de { $price } está en disputa con tu banco. Hasta que se decida, { $credits ->
    [one] 1 crédito queda apartado.
   *[other] { $credits } créditos quedan apartados.
} Tienes { $total }.
payment-restored = Tu pago de { $price } vuelve a contar: { $credits ->
    [one] volvió 1 crédito.
   *[other] volvieron { $credits } créditos.
} Tienes { $total }.
debt-left = { $debt ->
    [one] 1 crédito ya se había usado y se descontará
   *[other] { $debt } créditos ya se habían usado y se descontarán
} de los próximos que recibas.
plan-began = 🎉 Tu plan { $plan } ha empezado: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} hasta el { $returns }.
plan-renewed = 🔄 Tu plan { $plan } se renovó: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} hasta el { $returns }.
plan-changed = ⬆️ Tu plan ahora es { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} más hasta el { $returns }.
plan-unpaid = ⚠️ No pude renovar tu plan { $plan }: el pago no pasó. Sigue hasta el { $returns }; revisa tu tarjeta.
plan-paused = Tu plan { $plan } está en pausa por falta de pago. Vuelve en cuanto se pague.
plan-cancels = Tu plan { $plan } está cancelado. Es tuyo hasta el { $returns }.
plan-ended = Tu plan { $plan } terminó. Los créditos que compraste siguen siendo tuyos.
portal-ready = Aquí ves tus facturas, cambias de plan o de tarjeta, o cancelas. El enlace vale por unos minutos.
portal-away = No puedo abrir tus facturas ahora. Envía /billing otra vez en un minuto.
choice-portal = 🧾 Mis facturas

## Plan y factura

billing-nothing = No estás pagando nada aquí.
billing-renews = Tu plan es { $plan }. Se renueva el { $returns }.
billing-ends = Tu plan es { $plan }. Termina el { $returns } y no se renueva.
billing-past-due = ⚠️ El último pago no pasó. Revisa tu tarjeta con el enlace.
billing-cancel = Para cambiar de plan o de tarjeta, o para cancelar, abre el enlace de abajo. Lo que has pagado sigue siendo tuyo hasta entonces.
portal-preparing = 🔗 Estoy buscando el enlace de tus facturas… (Si no llega, envía /billing otra vez.)
choice-extra = ➕ Créditos extra
choice-extra-off = No
choice-extra-cap = Hasta { $cap } al mes
extra-about = Cuando se acaben los créditos del plan, puedo seguir y poner el resto en tu próxima factura: { $price } por crédito, nunca más de lo que permitas aquí.
extra-on = Ahora: hasta { $cap } créditos al mes.
extra-off = Ahora: no.
extra-used = Usados más allá del plan en este período: { $credits ->
    [one] un crédito
   *[other] { $credits } créditos
}, { $price } en tu próxima factura.
extra-lent = ➕ Esta película va más allá de tu plan: { $credits ->
    [one] un crédito
   *[other] { $credits } créditos
}, { $price } en tu próxima factura.
invoice-extra = { $credits ->
    [one] Un crédito más allá de tu plan (película { $job })
   *[other] { $credits } créditos más allá de tu plan (película { $job })
}
extra-none = No tienes un plan que pueda ir más allá. Mira /plans.

## Códigos

redeem-usage = Así: /redeem CÓDIGO
redeem-done = 🎁 Para ti: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}. Tu saldo: { $total }.
redeem-pending = 🎁 Te han invitado: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} te esperan. Llegan con tu primer video desde una red que no sea la de quien te invitó, o con tu primera compra.
redeem-unknown = Ese código no vale, o ya terminó.
redeem-used = Ya usaste ese código.
redeem-own = Esa invitación es tuya. ¡Dásela a un amigo!
redeem-not-new = Las invitaciones son para quien es nuevo aquí.
gift-usage = Así: /gift 50. Convierto créditos que compraste en un código para otra persona.
gift-too-few = No tienes tantos créditos comprados. Los gratis no se pueden regalar.
gift-done = 🎁 { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}, para quien me envíe esto primero: /redeem { $code }
gift-until = El código vale hasta el { $returns }.
invite = Dale esto a un amigo: /redeem { $code }. Recibe { $invited } créditos, y tú { $inviter }, con su primer video desde una red propia, o su primera compra.
invite-so-far = { $count ->
    [0] Nadie ha venido con él todavía.
    [one] 1 amigo ha venido con él.
   *[other] { $count } amigos han venido con él.
}
invite-credits = 🎁 Una invitación te trajo { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}. ¡Gracias!
invite-closed = Ahora mismo no hay invitaciones.
promo-usage = Así: /promo create CÓDIGO créditos usos [días], /promo list, /promo stop CÓDIGO
promo-done = { $code } da { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} a { $uses ->
    [one] 1 persona
   *[other] { $uses } personas
}.
promo-taken = Ya existe un código { $code }.
promo-stopped = { $code } ha terminado.
promo-unknown = No hay un código { $code } que pueda terminar.
promo-line = { $code }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}, usado { $uses } veces, quedan { $left }
promo-none = No hay promociones.

## Preguntas

subtitles-no-video = Tengo los subtítulos, pero ningún video para ponerlos. Envía primero el video y después los subtítulos.

## Administración

grant-usage = Así: /grant telegram:123456 10
grant-unknown = No conozco a nadie llamado { $who }. Primero tiene que escribirme.
grant-done = { $who } recibió { $credits } créditos y ahora tiene { $available }.

## Fallos

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = Ese archivo está vacío. Envíalo de nuevo, por favor.
error-file-too-big = Ese archivo es demasiado grande: aquí acepto hasta { $limit } MB. Envía uno más pequeño o más corto.
too-big-here = O envíalo por mi página, que acepta archivos más grandes: { $page }
error-not-media = Eso no es una imagen, un video ni un audio. Envíame una foto (JPEG, PNG, WebP, HEIC…), un video (MP4, MOV, WebM…) o una nota de voz.
error-format-not-supported = No puedo abrir ese tipo de archivo. Envía un JPEG o PNG, o un video en MP4.
error-broken-file = Ese archivo está dañado: no puedo abrirlo. Envíalo de nuevo o envía otro.
error-too-many-pixels = Esa imagen es demasiado grande: acepto hasta { $limit } megapíxeles. Redúcela, por favor.
error-too-few-pixels = Esa imagen es demasiado pequeña: debe tener al menos { $limit } píxeles por lado.
error-too-narrow = Esa imagen es demasiado estrecha: el lado mayor puede ser como máximo { $limit } veces el menor.
error-too-long = Eso es demasiado largo: acepto hasta { $limit ->
    [one] 1 segundo
   *[other] { $limit } segundos
}. Córtalo y envía una parte, por favor.
error-too-many-frames = Ese video tiene demasiados fotogramas por segundo: acepto hasta { $limit }.
error-too-many-streams = Ese video tiene demasiadas pistas: acepto hasta { $limit }. Expórtalo con una pista de imagen y una de sonido.
error-nothing-to-draw = No veo nada que dibujar en esa imagen: es de un solo color. Envía otra, por favor.
error-no-picture = No hay imagen en movimiento en ese archivo. Envía un video, o una foto para dibujar.
error-too-heavy = Ese archivo es demasiado trabajo para mí. Envía uno más pequeño o más corto, por favor.
error-message-unreadable = WhatsApp no me ha entregado ese mensaje, como pasa con los de visualización única. Envíalo de nuevo como mensaje normal, por favor.
error-paid-media = Eso solo se ve después de pagarlo, así que no puedo abrirlo. Envíame la propia foto o el propio video.
error-anonymous-sender = No sé quién eres mientras escribes como el grupo o como un canal. Escribe con tu nombre y te respondo.
error-no-audio = Eso no tiene sonido, así que no hay nada que escuchar.
error-audio-not-supported = No puedo decodificar el sonido de ese archivo. Expórtalo con sonido AAC, en MP4, y envíalo de nuevo.
error-no-speech = No escuché a nadie hablar ahí. Envía algo con voz clara. Para subtítulos también puedes enviar un archivo .srt justo después del video.
error-speech-unclear = No se entiende bien lo que se dice. Prueba una grabación con menos ruido. Para subtítulos también puedes enviar un archivo .srt.
error-language-unclear = No pude saber qué idioma se habla. ¿Cuál es?
error-language-not-heard = No conozco ese idioma.
error-speech-service-down = El servicio que escucha la voz no responde. Inténtalo de nuevo en unos minutos, por favor.
error-text-service-down = El servicio de traducciones, resúmenes y capítulos no está dando una respuesta que sirva. Inténtalo de nuevo en unos minutos, por favor. Los subtítulos se pueden hacer sin traducción: /settings.
error-chat-model-missing = Los resúmenes, capítulos y traducciones no están disponibles aquí. Los subtítulos se pueden hacer sin traducción: /settings.
error-text-too-long = Es más texto del que puedo resumir o dividir. Envía una grabación más corta, por favor.
error-chapters-not-found = No pude dividir esto en capítulos. YouTube pide al menos tres, de 10 segundos o más cada uno: la grabación debe durar al menos medio minuto y tratar más de un tema.
error-subtitles-unreadable = No puedo leer esos subtítulos. Envíalos en un archivo .srt o .vtt.
error-title-too-long = Ese título tiene { $length } caracteres, y caben { $limit }. Envía la imagen otra vez con uno más corto.
error-title-unreadable = En ese título no hay ninguna letra ni cifra. Envía la imagen otra vez con otras palabras.
error-script-not-drawn = Todavía no tengo letras para el alfabeto de esos subtítulos. Envía subtítulos en otro alfabeto, u otro video.
error-style-unreadable = No puedo leer la línea { $line } de ese archivo de estilo. Tiene que ser un archivo TOML de hasta 20 kB: /styles show hormozi muestra uno.
error-style-field-missing = Falta algo en el archivo de estilo: { $field }
error-style-field-unknown = El archivo de estilo tiene un campo que no existe: { $field }
error-style-value-invalid = El archivo de estilo no es correcto en { $field }. Ahí se admite: { $allowed }
error-not-enough-credits =
    { $available ->
        [0] No te quedan créditos
        [one] Te queda 1 crédito
       *[other] Te quedan { $available } créditos
    }, y este video cuesta { $cost }. Los próximos llegan el { $returns }.
error-debt = Un pago tuyo fue devuelto después de usar { $debt ->
    [one] 1 de sus créditos.
   *[other] { $debt } de sus créditos.
} Consigue créditos y sigo.
error-too-many-waiting = { $limit ->
    [one] Todavía estoy haciendo 1 video para ti.
   *[other] Todavía estoy haciendo { $limit } videos para ti.
} Envía este de nuevo cuando uno esté listo, o usa /cancel.
error-too-fast = Fueron muchos mensajes. Dame un minuto y después sigue.
error-plan-limit = Tu plan hace resultados de hasta { $limit } segundos. Envía algo más corto.
error-plan-size = Tu plan acepta archivos de hasta { $limit } MB por video. Envía uno más pequeño.
error-plan-storage = Guardo hasta { $limit } MB de lo que envías, y ya los tengo. Se borran al cabo de un día: envíalo de nuevo entonces, o mira /plans.
error-plan-language = Tu plan no incluye voz en ese idioma. Elige otro idioma u otro plan.
error-maintenance = 🛠 Estoy en mantenimiento y por ahora no acepto nada nuevo. Lo que ya se está haciendo todavía llega.
error-paused = Estoy cerrado por el momento y no hago videos nuevos.
error-tenant-busy = Hay demasiados videos esperando aquí ahora. Inténtalo de nuevo en unos minutos.
error-tenant-full = Estoy lleno por el momento y no puedo aceptar nada nuevo. Quienes me manejan pueden cambiarlo.
error-not-found = Ya no encuentro eso.
error-film-too-big = El video terminado pasa de { $limit } MB y no cabe en este chat. Envía uno más corto o más pequeño.
error-file-gone = Ya borré ese archivo, como hago después de un día. Envíalo de nuevo, por favor.
error-file-expired = Ya no puedo descargar ese archivo de esta aplicación. Envíalo de nuevo, por favor.
error-film-lost = Tu video quedó listo, pero se perdió antes de que pudiera entregártelo.
error-disk-full = Ahora mismo me quedé sin espacio. Inténtalo un poco más tarde, por favor.
error-crashed = Algo se rompió mientras hacía tu video. Ya lo anoté. Inténtalo una vez más o envía otro archivo.
error-usage = Ese comando no se usa así.
error-unexpected = Algo salió mal de mi lado. Ya lo anoté. Inténtalo de nuevo, por favor.

## For administrators

disk-low = ⚠️ El disco de { $name } está casi lleno: { $free } GB libres, y hacen falta { $limit } GB. Las películas nuevas esperan hasta que haya espacio. Libera espacio, por favor.
disk-well = ✅ El disco de { $name } vuelve a tener espacio: { $free } GB libres. Ya se hacen películas otra vez.
billing-drift = ⚠️ { $count ->
    [one] 1 pago de los últimos dos días no coincide
   *[other] { $count } pagos de los últimos dos días no coinciden
} entre el proveedor y los libros. Corrijo lo que puedo; mira el registro (billing-drift).
billing-well = ✅ Los pagos de los últimos dos días coinciden entre el proveedor y los libros.

# Una persona, varios chats

link-in-private = Los códigos quedan entre nosotros: escríbeme en un chat privado.
link-code = Escribe esto en tu otro chat conmigo, en menos de diez minutos:
    /link { $code }
    Luego los dos son uno: los mismos créditos, el mismo plan. No des el código a nadie más.
link-unknown = Ese código no existe o ya pasaron sus diez minutos. Envía /link en el otro chat para tener uno nuevo.
link-same = Esos dos chats ya son uno.
link-sure = ¿Unir este chat ({ $here }) con el de { $there }?
link-warning = Desde entonces los dos tienen los mismos créditos, el mismo plan y los mismos videos, y cualquiera puede gastarlos. Hazlo solo si los dos chats son tuyos: quien te envió un código suyo tendría lo que es tuyo.
link-role = El chat de alguien del equipo nunca se une con otro: el otro también sería del equipo.
link-done = 🔗 Tus chats ahora son uno. Tu saldo: { $total }. Son { $here } y { $there }. Si no fuiste tú, dinos el número { $code }.
code-too-many = Ya van tres códigos en una hora. Inténtalo de nuevo dentro de una hora.
code-wrong = { $count ->
    [one] Ese no es el código. Te queda un intento.
   *[other] Ese no es el código. Te quedan { $count } intentos.
}
code-exhausted = Van cinco errores. Pide un código nuevo.
code-unknown = No hay código que escribir, o ya pasaron sus diez minutos. Pide uno nuevo.
email-closed = Aquí no se usan correos. Para unir dos chats: /link
email-usage = ¿Ya pagaste en otro lugar? Envía el correo con el que pagaste: /email tu@example.com
email-sent = ✉️ Una carta con seis cifras va en camino a ese correo. Escríbelas aquí en menos de diez minutos.
email-searching = Correcto. Busco lo que has pagado…
email-later = Correcto, pero ahora no puedo consultar los pagos. Te escribo en cuanto pueda.
email-none = No se pagó nada con ese correo. Con otro: /email tu@example.com
email-linked = ✅ Te encontré. Por ahora no hay ningún plan activo.
email-linked-plan = ✅ Te encontré. Tu plan aquí es { $plan }. El { $returns } te pediré tu correo una vez más.
email-choose = Hay varias cuentas con ese correo. ¿Cuál es?
email-gone = Eso ya pasó. Empieza de nuevo: /email tu@example.com
email-over = Pasaron treinta días. Para seguir con tu plan, confirma tu correo una vez más: /email tu@example.com
customer-plan = { $plan }, hasta el { $returns }
customer-unnamed = Sin plan (…{ $name })
letter-code-subject = { $code } es tu código de Rabisco
letter-code = Tu código de Rabisco: { $code }

    Escríbelo donde te lo pidieron, en menos de { $minutes } minutos. Nadie de nuestro equipo te lo pedirá nunca.
    Si no pediste nada, no hay nada que hacer.
letter-not-sent = No se pudo enviar la carta. Revisa el correo o inténtalo más tarde.
unjoin-usage = Para separar dos chats: /unjoin y el número. Los últimos:
unjoin-line = { $code }: { $source } → { $target }
unjoin-unknown = No hay nada unido con el número { $code }.
unjoin-done = Separados: { $code }. { $credits ->
    [one] Volvió un crédito.
   *[other] Volvieron { $credits } créditos.
}
unjoin-later = Ahora no se puede separar: ya se hizo, o después esa persona se unió a otra. Separa esa primero.

## Números de WhatsApp

command-whatsapp = Números en WhatsApp: /whatsapp pair
whatsapp-usage =
    /whatsapp pair · un código para escanear con el teléfono
    /whatsapp pair 5511987654321 · un código para escribir en ese teléfono
    /whatsapp restart NOMBRE · conectar de nuevo
    /whatsapp remove NOMBRE · quitar un número
whatsapp-none = Todavía no hay ningún número de WhatsApp aquí.
whatsapp-line = { $name }: { $value }
whatsapp-unknown = No hay ningún número llamado { $name }. Con /whatsapp los ves todos.
whatsapp-bad-number = Eso no es un número de teléfono. Escríbelo con el código del país, así: /whatsapp pair 5511987654321
whatsapp-preparing = 📱 Buscando un código… Si no llega en un minuto, WhatsApp no está funcionando en el servidor: inícialo con “rabisco whatsapp” o “rabisco up --whatsapp”.
whatsapp-scan = 📱 Toma el teléfono cuyo número será el bot. En WhatsApp abre Ajustes → Dispositivos vinculados → Vincular un dispositivo, y escanea esto. Cada 20 segundos llega un código nuevo.
whatsapp-no-camera = Sin cámara: /whatsapp pair y el número del teléfono con el código del país.
whatsapp-type = 📱 En el teléfono +{ $number } abre WhatsApp → Ajustes → Dispositivos vinculados → Vincular un dispositivo → Vincular con el número de teléfono, y escribe: { $code }
whatsapp-paired = ⏳ El teléfono aceptó. Conectando…
whatsapp-connected = ✅ +{ $number } está en línea. ¡Escríbele desde otro teléfono!
whatsapp-timeout = ⌛ Nadie usó el código a tiempo. Con /whatsapp pair llega otro.
whatsapp-refused = ⚠️ WhatsApp no vinculó este teléfono. Actualiza WhatsApp en él, espera unos minutos e inténtalo de nuevo con /whatsapp pair.
whatsapp-taken = Este número ya está conectado aquí. Míralo en /whatsapp.
whatsapp-unreachable = ⚠️ No puedo comunicarme con WhatsApp en este momento. Sigo intentando.
whatsapp-stopped = ✖️ El código ya no vale. Con /whatsapp pair llega otro.
whatsapp-restarting = 🔄 Conectando { $name } de nuevo. Míralo en /whatsapp.
whatsapp-remove-sure = ¿Quitar { $name }? Sale de los dispositivos vinculados del teléfono, y quien le escriba ya no recibe respuesta.
choice-whatsapp-remove = 🗑️ Sí, quitar
whatsapp-removed = 🗑️ { $name } ya no está.
whatsapp-alert = ⚠️ El WhatsApp { $name } está detenido.
whatsapp-relief = ✅ El WhatsApp { $name } está en línea de nuevo.
whatsapp-state-new = todavía sin vincular. Con /whatsapp pair llega un código para un teléfono.
whatsapp-state-qr = su código está en pantalla. Escanéalo con el teléfono.
whatsapp-state-pairing = el teléfono aceptó y está pasando los datos. Mantenlo con internet.
whatsapp-state-online = ✅ en línea.
whatsapp-state-reconnecting = 🔄 conectando. Si tarda, revisa si el servidor tiene internet y si WhatsApp está funcionando en él.
whatsapp-state-logged-out = el teléfono cerró la sesión. Vincúlalo otra vez: /whatsapp restart { $name }
whatsapp-state-banned = WhatsApp bloqueó este número. Abre WhatsApp en el teléfono y pide una revisión; hasta entonces no se envía nada. Después: /whatsapp restart { $name }
whatsapp-state-banned-until = WhatsApp bloqueó este número hasta { $until }. Antes no se envía nada, y luego sigue por sí solo. No uses este número en otros bots.
whatsapp-state-replaced = la misma sesión está en uso en otro programa. Cierra ese y después: /whatsapp restart { $name }
whatsapp-state-outdated = WhatsApp ya no acepta esta versión. Actualiza Rabisco e inícialo de nuevo.
whatsapp-detail-unreachable = 🔄 no puedo comunicarme con WhatsApp. Revisa la red del servidor; sigo intentando.
whatsapp-detail-stuck = 🔄 WhatsApp atiende pero no responde. Sigo intentando en un proceso aparte.
whatsapp-detail-timeout = nadie usó su código a tiempo. Con /whatsapp pair llega otro.
whatsapp-detail-refused = WhatsApp no vinculó el teléfono. Actualiza WhatsApp en él e intenta /whatsapp pair de nuevo en unos minutos.
whatsapp-detail-taken = el número de ese teléfono ya está conectado aquí. Usa /whatsapp pair con otro teléfono.
whatsapp-detail-damaged = su archivo de sesión está dañado. En el servidor: rabisco restore --whatsapp { $name }, o vincúlalo otra vez: /whatsapp restart { $name }

## Comandos del equipo

admin-in-private = Para eso, escríbeme en un chat privado: aquí leen otras personas.
admin-choice-do = ✅ Sí, hacerlo
admin-do-gone = No se hizo nada: esa pregunta ya venció o era para otra persona. Envía el comando de nuevo.
banned = Ya no puedes usarme. Si crees que es un error, escribe a quienes me administran.
amount = { $price }
amount-stars = { $stars } ⭐
film-again = Estoy haciendo tu video una vez más. No te cuesta nada.
command-users = Buscar personas: /users ana
command-user = Videos, créditos y pagos: /user ID
command-usage = Lo que los videos cuestan y lo que dieron
command-role = Quién ayuda: /role ID admin|support|none
command-ban = Bloquear a alguien: /ban ID
command-unban = Desbloquear a alguien: /unban ID
command-revoke = Quitar créditos: /revoke ID 10
command-refund = Devolver dinero: /refund PAGO 12,50
command-price = Qué dice el archivo de precios y qué hay en Stripe
command-queue = Lo que se está haciendo y lo que espera
command-workers = Quién hace los videos
command-job = Cómo va un video: /job ID
command-retry = Rehacer un video gratis: /retry ID
command-canceljob = Detener un video: /canceljob ID
help-line = /{ $name } – { $value }
admin-choice-back = ⬅️ Atrás
admin-choice-next = ➡️ Más
admin-choice-ban = 🚫 Bloquear
admin-choice-unban = Desbloquear
admin-choice-person = 👤 De quién es
admin-choice-retry = 🔁 Rehacer
admin-choice-stop = ✖️ Detener
admin-choice-days = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } días
}
admin-users = Personas: { $total }. Página { $page } de { $pages }.
admin-users-line = { $name } · { $who }
admin-user-usage = Así: /user telegram:123456, y para anotar algo: /user telegram:123456 pagó en efectivo
admin-user = { $name } · { $who } · { $code }
admin-user-joined = También: { $who }
admin-user-since = Desde { $returns } · idioma { $language } · plan { $plan }
admin-user-role = Función: { $role }
admin-user-banned = 🚫 Bloqueado el { $returns }
admin-user-unmetered = Créditos: los videos no cuestan nada
admin-user-credits = Créditos: { $available } · retenidos { $reserved } · debidos { $debt }
admin-user-films = Videos: listos { $done } · fallidos { $failed } · cancelados { $cancelled } · en cola { $queued } · en proceso { $running }
admin-user-paid = Pago { $code }: { $value } por { $item } vía { $provider }, { $returns }
admin-user-note = 📝 { $returns }: { $text }
admin-user-job = { $kind } { $code } · { $value }
admin-role-usage = Así: /role telegram:123456 support. Las funciones: admin, support, none.
admin-role-line = { $role }: { $who } { $name }
admin-role-above = Eso es solo para quien tiene una función por encima de la de esa persona y de la que se da.
admin-role-done = { $who } tiene una nueva función: { $role }.
admin-role-sure = { $who } también escribe desde { $others }. Quien escriba allí también tendrá la función { $role }. ¿Darla?
admin-ban-usage = Así: /ban telegram:123456
admin-ban-sure = ¿Bloquear a { $who } ({ $name })? Todo lo que escriba recibe una sola frase como respuesta. Videos que se detienen: { $count }; los créditos vuelven.
admin-ban-done = 🚫 { $who } está bloqueado. Videos detenidos: { $count }. Para deshacerlo: /unban { $who }
admin-unban-usage = Así: /unban telegram:123456
admin-unban-done = { $who } puede usarme de nuevo.
admin-revoke-usage = Así: /revoke telegram:123456 10
admin-revoke-sure = ¿Quitar { $credits } de { $available } créditos a { $who }?
admin-revoke-done = Créditos quitados a { $who }: { $credits }. Quedan: { $available }.
admin-refund-usage = Así: /refund 0a1b2c3d para todo o /refund 0a1b2c3d 12,50. /user muestra los pagos.
admin-refund-unknown = No hay ningún pago { $code }. /user muestra los pagos de alguien.
admin-refund-free = No se pagó nada por eso: no hay nada que devolver.
admin-refund-gone = Ese pago ya se devolvió por completo.
admin-refund-amount = Ese importe no puede volver: no es un importe o es más de lo que queda del pago.
admin-refund-stars = Telegram solo devuelve las Stars por completo: no escribas el importe.
admin-refund-sure = ¿Devolver { $value } del pago { $code } a { $who } vía { $provider }?
admin-refund-credits = Se quita la misma parte de los créditos que trajo; lo ya gastado queda como deuda. No se puede deshacer.
admin-refund-plan = El plan sigue: la persona lo termina en /billing, o tú en Stripe.
admin-refund-asked = Devolviendo { $value } del pago { $code }… Te aviso cuando esté hecho.
admin-refund-done = ✅ { $value } del pago { $code } está en camino de vuelta.
admin-refund-refused = ⚠️ { $value } del pago { $code } no se devolvió: { $reason }
admin-price-plan = Plan { $name }: créditos al mes { $monthly } · video más largo { $seconds } s · hasta { $limit } en cola
admin-price-item = { $item } · créditos { $credits } · { $value }
admin-price-unsold = Aquí no hay ninguna cuenta de Stripe configurada, así que no hay nada que comparar.
admin-price-comparing = Comparando con Stripe…
admin-price-missing = ⚠️ Stripe no tiene el precio { $name }.
admin-price-wrong = ⚠️ Stripe tiene otro importe para { $name }.
admin-price-portal = ⚠️ Los planes en { $currency } no se pueden cambiar en el portal del cliente.
admin-price-sync = Para poner Stripe al día, en el servidor: rabisco stripe sync
admin-price-well = ✅ Stripe tiene todos los precios como en el archivo: { $count }
admin-queue = En cola: { $queued } · en proceso: { $running } · mayor espera: { $wait } min
admin-queue-line = { $kind } { $code } · { $value } · { $percent } % · { $wait } min
admin-workers-line = 👷 { $name }: desde { $since }, visto hace { $seen } s, trabaja en { $jobs }
admin-workers-none = ⚠️ No se vio ningún worker en los últimos 10 minutos: no se hace nada. En el servidor: rabisco worker
admin-job-usage = Así: /job 0a1b2c3d, el código que la gente ve debajo de un error.
admin-job-unknown = Aquí no hay ningún video { $code }.
admin-status-queued = en cola
admin-status-running = en proceso
admin-status-done = listo
admin-status-failed = fallido
admin-status-cancelled = cancelado
admin-job = { $kind } { $code } · { $value } · { $percent } %
admin-job-person = Para { $who } ({ $name })
admin-job-times = Llegó { $came } · empezó { $began } · terminó { $ended } (UTC)
admin-job-cost = Créditos: { $credits } · intentos: { $attempts } · procesador: { $seconds } s · Groq: { $minutes } min escuchados, { $read } tokens leídos, { $written } escritos, US$ { $usd }
admin-job-code = Por qué falló: { $code }
admin-retry-usage = Así: /retry 0a1b2c3d
admin-retry-not = { $code } no falló o ya se está rehaciendo.
admin-retry-gone = Los archivos de { $code } se borraron. La persona tiene que enviarlos de nuevo.
admin-retry-done = 🔁 Se hace una vez más, sin costo para la persona: { $code }
admin-canceljob-usage = Así: /canceljob 0a1b2c3d
admin-canceljob-late = { $code } ya terminó.
admin-canceljob-done = ✖️ { $code } se detuvo. Créditos que volvieron: { $credits }
admin-stats-usage = Así: /stats, /stats 7 o /stats 30
admin-stats-people = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } días
}: mensajes { $updates } · personas nuevas { $new } · personas que pidieron videos { $people }
admin-stats-now = Ahora: en cola { $queued } · en proceso { $running }
admin-stats-sketch = ✏️ Dibujos: listos { $done } · fallidos { $failed } · cancelados { $cancelled }
admin-stats-caption = 💬 Subtítulos: listos { $done } · fallidos { $failed } · cancelados { $cancelled }
admin-stats-transcript = 📝 Transcripciones: listas { $done } · fallidas { $failed } · canceladas { $cancelled }
admin-stats-summary = 📋 Resúmenes: listos { $done } · fallidos { $failed } · cancelados { $cancelled }
admin-stats-chapters = 🔖 Capítulos: listos { $done } · fallidos { $failed } · cancelados { $cancelled }
admin-stats-none = Ningún video terminó.
admin-stats-waits = Del mensaje al video: la mitad en { $half } s o menos, el 95 % en { $most } s o menos
admin-stats-paid = 💰 Entró: { $value }
admin-stats-credits = Créditos: vendidos { $sold } · usados { $used }
admin-stats-chart = { $days ->
    [1] Videos por hora
   *[other] Videos por día
}
admin-stats-chart-done = listos
admin-stats-chart-failed = fallidos
admin-usage-usage = Así: /usage, /usage 7 o /usage 1
admin-usage = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } días
}: lo que costaron los videos
admin-usage-cost = En Groq: { $minutes } min escuchados, { $read } tokens leídos, { $written } escritos, { $price } · en esta máquina: { $local } min · procesador: { $seconds } s · créditos gastados: { $spent }
admin-usage-earned = Al precio al que se vendieron los créditos, eso da { $value }
admin-usage-paid = 💰 Entró: { $value }

## Backups

command-backup = Hacer una copia de seguridad
admin-backup-begun = La copia de seguridad se está haciendo. Te escribo cuando esté lista.
admin-backup-wanted = Ya se está haciendo una copia de seguridad.
admin-backup-first = Es la primera.
admin-backup-last = La última: { $name }, { $when }
admin-backup-made = 💾 La copia { $name } está lista y fue comprobada: { $size } MB. Hay { $kept } en total. Solo se abre con tu SECRET_KEY, así que guarda esa clave también en otro lugar.
admin-backup-missing = No está incluido: { $what }.
admin-backup-failed = ⚠️ No se pudo hacer la copia de seguridad ({ $error }). No se perdió nada; `rabisco doctor` en el servidor dice qué arreglar.

## Lo que se cuenta a los administradores: alarmas, el informe de la mañana

alert-workers = ⚠️ { $gone ->
    [one] Un worker dejó de dar señales
   *[other] { $gone } workers dejaron de dar señales
} y ningún otro ocupó su lugar. { $workers ->
    [0] No queda ninguno: los videos esperan.
    [one] Queda 1 worker.
   *[other] Quedan { $workers } workers.
} Revisa si el proceso está en marcha e inícialo de nuevo.
relief-workers = ✅ { $workers ->
    [one] 1 worker trabajando
   *[other] { $workers } workers trabajando
}, y no falta ninguno.
alert-queue = ⚠️ La cola crece: { $queued ->
    [one] 1 video espera
   *[other] { $queued } videos esperan
}, el primero desde hace { $minutes } min. Más workers ayudarían: WORKERS, u otro proceso de worker.
relief-queue = ✅ La cola vuelve a avanzar: { $queued ->
    [one] 1 video espera
   *[other] { $queued } videos esperan
}.
alert-errors = ⚠️ Demasiadas cosas salen mal. En los últimos 15 minutos, { $broken } de { $ended } videos fallaron por culpa nuestra, y los registros cuentan { $faults } errores. /logs muestra cuáles.
relief-errors = ✅ Los videos vuelven a salir bien: { $broken } de { $ended } fallaron en los últimos 15 minutos.
alert-sweeper = ⚠️ Nadie busca las tareas perdidas ({ $stalled }). Por favor, reinicia los workers.
relief-sweeper = ✅ Las tareas perdidas se buscan otra vez.
alert-payments = ⚠️ Hay problemas con los pagos. Aún sin revisar: { $news }; enlaces que no se pudieron crear: { $links }; fallidos en la última hora: { $unpaid }. Revisa el estado de Stripe y “rabisco doctor”.
relief-payments = ✅ Los pagos funcionan otra vez.
alert-numbers = ⚠️ { $unseen ->
    [one] Un número de WhatsApp está parado
   *[other] { $unseen } números de WhatsApp están parados
}: ningún proceso lo atiende. Revisa si “rabisco whatsapp” está en marcha.
relief-numbers = ✅ Todos los números de WhatsApp están atendidos.
disk-filling = ⚠️ El disco de { $name } se llena: { $percent } % en uso, { $free } GB libres. Con menos de { $limit } GB los videos tendrían que esperar.
disk-roomy = ✅ El disco de { $name } tiene espacio: { $percent } % en uso.
report = 📋 { $returns }
report-people = 👥 { $active ->
    [one] 1 persona pidió
   *[other] { $active } personas pidieron
} videos; { $new ->
    [one] 1 persona nueva
   *[other] { $new } personas nuevas
}.
sketch-report = ✏️ Dibujos: { $many }
caption-report = 💬 Subtítulos: { $many }
transcript-report = 📝 Transcripciones: { $many }
summary-report = 📋 Resúmenes: { $many }
chapters-report = 🔖 Capítulos: { $many }
report-failed = ⚠️ Fallidos: { $failed }
report-times = ⏱️ Del mensaje al video: { $middle } s; en uno de cada veinte, más de { $slow } s
report-revenue = 💰 { $price }
report-stars = ⭐ { $stars } Stars
report-no-revenue = 💰 No se vendió nada.
report-elsewhere = 🏢 Videos de otras empresas: { $many }
report-fault = 🐞 { $event }: { $many } veces, la última en { $name }. Mira /logs
report-fault-unnamed = 🐞 { $event }: { $many } veces. Mira /logs
report-queue = ⏳ En espera ahora: { $queued }, el primero desde hace { $minutes } min
report-disk = 💾 { $name }: { $percent } % del disco en uso

## Lo que preguntan los administradores: /health, /logs

command-health = Cómo está la casa
command-logs = Qué se rompió: /logs CÓDIGO
admin-health-well = ✅ Todo está bien.
admin-health-amiss = ⚠️ No todo está bien.
admin-health-queue = { $mark } Cola: { $queued } en espera, el primero desde hace { $minutes } min
admin-health-workers = { $mark } Workers: { $workers }
admin-health-outbox = { $mark } Mensajes aún sin enviar: { $owed }, el más antiguo de hace { $minutes } min
admin-health-payments = { $mark } Avisos de pago: { $waiting } sin revisar, el más antiguo de hace { $minutes } min
admin-health-numbers = { $mark } WhatsApp: { $online } de { $numbers } en línea
admin-health-service = { $mark } { $name }: responde en { $seconds } s
admin-health-service-amiss = { $mark } { $name }: { $reason }
admin-health-disk = { $mark } Disco de { $name }: { $percent } % en uso, { $free } GB libres
admin-health-faults = { $mark } Errores en las últimas 24 horas: { $count }
admin-logs-none = ✅ Nada se rompió en los últimos 7 días.
admin-logs = Lo que se rompió en los últimos 7 días, lo más reciente primero. /logs y el nombre al final de la línea cuenta más.
admin-logs-line = { $count }× { $event } · { $at } · { $name }
admin-logs-unknown = Nada de lo que se rompió se llama { $name }. El nombre es lo que sigue al código: (CRASHED · 1a2b3c4d)
admin-logs-fault = 🐞 { $event } · { $at } · { $process }
admin-logs-kind = { $kind }
admin-logs-trace = { $trace }

## Empresas

command-tenant = Las empresas de aquí: /tenant create NOMBRE
tenant-paused = Estoy cerrado por el momento. Vuelve más tarde, por favor.
tenant-paused-operator = ⏸ El operador pausó este bot: la gente lee que está cerrado y no se hacen videos. Habla con el operador.
tenant-paused-lapsed = ⏸ Este bot está en pausa porque terminó su suscripción. Cuando su dueño tenga de nuevo un plan con el operador, seguirá solo.
tenant-paused-removed = ⏸ Este bot se está eliminando. Solo el operador puede deshacerlo todavía.
tenant-lapsed = ⏸ Tu plan terminó, así que los bots de { $name } están en pausa: la gente lee que están cerrados y no se hacen videos. Toma un plan con /plans y seguirán solos.
tenant-resumed = ▶️ Los bots de { $name } están trabajando de nuevo.
tenant-stopped = ⏸ El operador pausó los bots de { $name }. Habla con él si no sabes por qué.
admin-tenants = Empresas: { $count }
admin-tenant-usage = /tenant create NOMBRE · show NOMBRE · invite NOMBRE · pause NOMBRE · resume NOMBRE · remove NOMBRE · limits NOMBRE waiting=50 people=1000 storage=20000 · token NOMBRE TOKEN · pair NOMBRE
admin-tenant-owner-usage = Un bot en Telegram: crea uno en @BotFather y escribe aquí /tenant token 123456:ABC… Un número en WhatsApp: /tenant pair. Un código que hace de otro chat el del dueño: /tenant invite
admin-tenant-name = Un nombre tiene de 2 a 30 letras de la a a la z, números y guiones, así: /tenant create panaderia
admin-tenant-there = Ya hay una empresa llamada { $name }.
admin-tenant-unknown = No hay ninguna empresa llamada { $name }.
admin-tenant-made = ✅ { $name } está creada. Su dueño me escribe esto aquí, una vez, en un plazo de { $days } días:
admin-tenant-invited = Quien me escriba esto aquí, una vez, en un plazo de { $days } días, será el dueño de { $name }. Escrito en uno de los chats de la propia empresa, hace de él el chat del dueño:
admin-tenant-no-code = Ese código no vale aquí o ya no vale. Pide otro.
admin-tenant-linked = Este chat está unido con { $others }: quien escriba allí también sería el dueño. Pide a un administrador que los separe con /unjoin y escribe esto otra vez.
admin-tenant-here = ✅ Ahora eres dueño aquí. /help muestra lo que puedes hacer.
admin-tenant-yours = ✅ { $name } es tuya. Lo que pagas aquí con /plans la mantiene abierta.
admin-tenant-first = Ahora dale un bot en Telegram: crea uno en @BotFather y escribe aquí /tenant token 123456:ABC… O conecta un número en WhatsApp: /tenant pair
admin-tenant-line = { $name } · { $value }
admin-tenant-state-open = abierta
admin-tenant-state-operator = en pausa
admin-tenant-state-lapsed = en pausa: sin pago
admin-tenant-state-removed = eliminada; sus datos se borran el { $returns }
admin-tenant-owner = Dueño: { $who }
admin-tenant-people = Personas: { $used } de { $limit }
admin-tenant-waiting = Videos en espera: { $used } de { $limit }
admin-tenant-storage = Archivos: { $used } MB de { $limit }
admin-tenant-mute = Todavía no tiene bot ni número.
admin-tenant-bot = Telegram { $name }: { $value }
admin-bot-new = en revisión
admin-bot-live = trabajando
admin-bot-bad-token = Telegram no acepta su token
admin-bot-busy = otro programa recibe sus mensajes
admin-bot-deaf = no recibe nada por ahora
admin-tenant-pause-sure = ¿Pausar { $name }? Sus bots responden a todos con una frase y no aceptan videos. Personas: { $people }. Videos que todavía llegan: { $waiting }.
admin-tenant-paused = ⏸ { $name } está en pausa.
admin-tenant-open-already = { $name } está abierta.
admin-tenant-resumed = ▶️ { $name } está abierta de nuevo.
admin-tenant-limits-usage = Así: /tenant limits panaderia waiting=50 people=1000 storage=20000 (megabytes). Con none no hay límite: people=none
admin-tenant-remove-sure = ¿Eliminar { $name }? Sus bots cierran de inmediato. En { $days } días sus personas ({ $people }), créditos, pagos, notas y archivos ({ $size } MB) se borran para siempre. Hasta entonces, /tenant resume la recupera.
admin-tenant-removed = 🗑 { $name } está cerrada. Sus datos se borran el { $returns }. Para deshacerlo: /tenant resume { $name }
admin-tenant-token-usage = Así: /tenant token 123456:ABC…, el token completo como lo muestra @BotFather. Con varias empresas, pon el nombre antes.
admin-tenant-token-taken = Ese bot ya trabaja aquí para otra empresa. Cada empresa necesita un bot propio.
admin-tenant-token-many = Una empresa puede tener { $limit } bots como máximo.
admin-tenant-token-kept = 🔑 El token está guardado con cifrado. El bot de { $name } responde en uno o dos minutos; te aviso cuando lo haga.
admin-tenant-token-erased = Estoy borrando de este chat tu mensaje con el token.
admin-tenant-token-erase = Ahora borra de este chat tu mensaje con el token: quien lo lea se queda con el bot.
admin-tenant-bot-live = ✅ { $name } está en línea: https://t.me/{ $username }
admin-tenant-bot-refused = ⚠️ El bot de { $name } no se puede usar: { $value }. Trae un token válido con /tenant token
admin-choice-pause = ⏸ Pausar
admin-choice-resume = ▶️ Seguir
admin-choice-remove = 🗑 Eliminar

## Noticias para todos

command-broadcast = Escribir a todos: /broadcast TEXTO
admin-broadcast-usage = Escribe el texto después del comando: /broadcast ¡Ahora dibujamos a color! Primero ves cómo queda y a quién llegaría.
admin-broadcast-long = Es demasiado largo: { $limit } caracteres como máximo.
admin-broadcast-preview = 👀 Arriba está lo que leerá la gente. Llegaría a: { $people }
admin-broadcast-language = { $name }: { $people }
admin-broadcast-whatsapp = Quedan fuera, en WhatsApp: { $people }. WhatsApp bloquea los números que escriben a quien no acaba de escribirles.
admin-broadcast-unreachable = Quedan fuera porque bloquearon el bot o no quieren recibir nada: { $people }
admin-broadcast-only-whatsapp = Eso no se puede enviar. Tu gente está en WhatsApp, y WhatsApp bloquea los números que escriben a quien no acaba de escribirles.
admin-broadcast-nobody = No hay nadie a quien pudiera llegar.
admin-broadcast-sure = ¿Enviarlo a { $people } personas? Tarda unos { $minutes } min; los videos van primero. Se puede pausar y parar, pero lo que llegó se queda.
admin-broadcast-begun = 📣 { $code } está en camino.
admin-broadcast-list = Lo que se escribió a todos, de lo más nuevo a lo más antiguo:
admin-broadcast-line = { $code } · { $value } · { $when }
admin-broadcast-state-draft = no enviado
admin-broadcast-state-sending = enviándose
admin-broadcast-state-paused = en pausa
admin-broadcast-state-stopped = detenido
admin-broadcast-state-done = enviado
admin-broadcast-counts = Llegaron: { $sent } · bloquearon el bot: { $blocked } · fallaron: { $failed } · faltan: { $left }
admin-broadcast-done = 📣 { $code } llegó a todos los que podía llegar.
admin-broadcast-unknown = No hay ningún mensaje { $code } aquí.
admin-broadcast-late = Eso ya no se puede hacer con { $code }.
admin-choice-everybody = 🌍 Todos
admin-choice-chosen = ✅ { $value }
admin-choice-send = 📣 Enviar…
admin-choice-halt = ⏹ Parar del todo
admin-choice-report = 🔄 Cómo va

## Mantenimiento

command-vocabulary = Nombres y marcas, como se escriben: /vocabulary
admin-vocabulary = { $count ->
    [one] Una palabra se escucha como está escrita aquí:
   *[other] { $count } palabras se escuchan como están escritas aquí:
}
admin-vocabulary-none = Todavía no conozco ningún nombre. Los nombres de personas, marcas y productos que se dicen en tus grabaciones se escuchan mejor cuando los conozco.
admin-vocabulary-usage = Así: /vocabulary add Rabisco, João Dória, R2-D2 · /vocabulary remove Rabisco · /vocabulary set NOMBRE, NOMBRE · /vocabulary clear
admin-vocabulary-full = Es más de lo que se puede escuchar. No se cambió nada: usa los nombres que más salen mal.
command-styles = Tus propios estilos de subtítulos: /styles
admin-styles-none = Todavía no hay estilos propios.
admin-styles-usage = Envía un estilo en un archivo .toml para añadirlo. /styles show hormozi muestra uno para empezar, /styles remove NOMBRE quita uno de los tuyos.
admin-styles-removed = El estilo { $name } está quitado. Los videos que lo usaban tendrán el normal.
admin-styles-unknown = No hay un estilo llamado { $name }.
admin-styles-added = El estilo { $name } ya se puede elegir.
admin-styles-bad-name = Ponle otro nombre al archivo: letras, números y guiones, y que no sea el de un estilo nuestro.
admin-styles-full = Serían más de { $limit } estilos. Quita uno antes: /styles
command-maintenance = No aceptar videos por un rato: /maintenance on
admin-maintenance-usage = Así: /maintenance on Volvemos a las 15, o /maintenance off
admin-maintenance-sure = ¿No aceptar videos nuevos desde ahora? Los que se están haciendo y esperan siguen: { $waiting }. La gente lee esto, y los administradores pasan:
admin-maintenance-sure-all = ¿No aceptar videos nuevos desde ahora, para todas las empresas de aquí? Los que se están haciendo y esperan siguen: { $waiting }. La gente lee esto, y tus administradores pasan:
admin-maintenance-on = 🛠 El mantenimiento empezó: no se aceptan videos nuevos. Para terminar: /maintenance off
admin-maintenance-is-on = 🛠 En mantenimiento desde { $since } UTC. { $text }
admin-maintenance-is-off = No hay mantenimiento: se aceptan videos.
admin-maintenance-off = ✅ El mantenimiento terminó: se aceptan videos de nuevo.
