## Bienvenida y ayuda

welcome =
    ¡Hola! Soy Rabisco. 🖍️
    Envíame una imagen y te hago un video de cómo se dibuja a mano. Envíame un video con alguien hablando y le pongo subtítulos animados, palabra por palabra.
    Pruébalo ahora: envía una foto.
help =
    Lo que hago:
    🖼️ una imagen → un video de cómo se dibuja a mano
    🗂️ varias imágenes a la vez → un solo video, una dibujada tras otra
    🎬 un video con voz → el mismo video con subtítulos animados

    Mejor calidad: envía las imágenes como archivo.
    /settings cómo quedan tus videos
    /balance tus créditos
    /language el idioma que hablo
    /cancel parar lo que estoy haciendo
about = Imágenes dibujadas a mano en video, y videos con subtítulos animados.
not-understood = Hago videos a partir de imágenes y videos. ¡Envíame uno! En /help te cuento más.
audio-needs-picture = Eso es solo sonido. Envíame un video con voz y le pongo subtítulos, o una imagen y la dibujo.
command-start = Empieza aquí
command-help = Lo que sé hacer
command-settings = Cómo quedan tus videos
command-balance = Tus créditos
command-language = English, Português, Español
command-cancel = Parar lo que estoy haciendo
command-grant = Dar créditos: /grant telegram:123 10
command-stats = Cómo va el negocio

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
status-done = ✅ ¡Listo!
status-cancelled = ✖️ Cancelado.
status-failed = ⚠️ No funcionó. Mira abajo.
sketch-ready = ¡Aquí está tu dibujo! ✏️
caption-ready = ¡Aquí está tu video con subtítulos! 💬
film-as-file = El archivo original, sin cambios.

## Opciones

choice-cancel = ✖️ Cancelar
choice-again = 🔁 Otra vez
choice-file = ⬇️ Archivo original
choice-back = « Volver
choice-english = Inglés
choice-portuguese = Portugués
choice-spanish = Español
choice-other-language = Otro idioma
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = En color
choice-finish-lines = Solo el trazo
choice-spoken-auto = Detectar

hand-marker = Normal
hand-light = Piel clara
hand-dark = Piel oscura
hand-left = Zurda
hand-none = Sin mano
style-classic = Clásicos
style-pill = Píldora
style-plate = Placa

## Idioma, ajustes, saldo

language-choose = ¿En qué idioma hablo?
language-set = Ahora hablo español.
settings = Tus videos. Toca lo que quieras cambiar.
setting-seconds = ⏱️ Duración de los dibujos: { $value }
setting-hand = ✍️ Mano: { $value }
setting-finish = 🎨 El dibujo termina: { $value }
setting-style = 💬 Subtítulos: { $value }
setting-spoken = 👂 Idioma de los videos: { $value }
setting-choose-seconds = ¿Cuánto debe durar un dibujo?
setting-choose-hand = ¿Qué mano debe dibujar?
setting-choose-finish = ¿Cómo deben terminar los dibujos?
setting-choose-style = ¿Qué subtítulos te gustan?
setting-choose-spoken = ¿Qué idioma se habla en tus videos?
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
balance-unmetered = Eres el dueño aquí: tus videos no cuestan nada.
price-hint = Un video de hasta 1 minuto cuesta 1 crédito; hasta 3 minutos, 2; hasta 5 minutos, 3.

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

## Preguntas

question-spoken = ¿Qué idioma se habla en este video?
subtitles-offer = También puedes enviarme los subtítulos tú, en un archivo .srt o .vtt, y los animo.
subtitles-no-video = Tengo los subtítulos, pero ningún video para ponerlos. Envía primero el video y después los subtítulos.

## Administración

grant-usage = Así: /grant telegram:123456 10
grant-unknown = No conozco a nadie llamado { $who }. Primero tiene que escribirme.
grant-done = { $who } recibió { $credits } créditos y ahora tiene { $available }.
stats =
    Últimas 24 horas: llegaron { $updates } mensajes y { $people ->
        [one] 1 persona pidió
       *[other] { $people } personas pidieron
    } videos.
    Videos: { $done } listos, { $failed } fallidos, { $cancelled } cancelados.
    Ahora: { $queued } en cola, { $running } en proceso.

## Fallos

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = Ese archivo está vacío. Envíalo de nuevo, por favor.
error-file-too-big = Ese archivo es demasiado grande: aquí acepto hasta { $limit } MB. Envía uno más pequeño o más corto.
error-not-media = Eso no es una imagen ni un video. Envíame una foto (JPEG, PNG, WebP, HEIC…) o un video (MP4, MOV, WebM…).
error-format-not-supported = No puedo abrir ese tipo de archivo. Envía la imagen en JPEG o PNG, o el video en MP4.
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
error-no-picture = No hay imagen en movimiento en ese archivo. Envía un video, o una foto para dibujar.
error-too-heavy = Ese archivo es demasiado trabajo para mí. Envía uno más pequeño o más corto, por favor.
error-no-audio = Ese video no tiene sonido, así que no hay nada que subtitular.
error-no-speech = No escuché a nadie hablar en ese video. Envía uno con voz clara, o envía los subtítulos en un archivo .srt justo después.
error-speech-unclear = No se entiende bien lo que se dice, y los subtítulos no quedarían bien. Prueba una grabación con menos ruido, o envía los subtítulos en un archivo .srt.
error-language-not-heard = Todavía no entiendo ese idioma aquí; solo inglés.
error-speech-service-down = El servicio que escucha la voz no responde. Inténtalo de nuevo en unos minutos, por favor.
error-subtitles-unreadable = No puedo leer esos subtítulos. Envíalos en un archivo .srt o .vtt.
error-script-not-drawn = Todavía no tengo letras para el alfabeto de esos subtítulos. Envía subtítulos en otro alfabeto, u otro video.
error-not-enough-credits =
    { $available ->
        [0] No te quedan créditos
        [one] Te queda 1 crédito
       *[other] Te quedan { $available } créditos
    }, y este video cuesta { $cost }. Los próximos llegan el { $returns }.
error-too-many-waiting = { $limit ->
    [one] Todavía estoy haciendo 1 video para ti.
   *[other] Todavía estoy haciendo { $limit } videos para ti.
} Envía este de nuevo cuando uno esté listo, o usa /cancel.
error-too-fast = Fueron muchos mensajes. Dame un minuto y después sigue.
error-plan-limit = Tu plan hace videos de hasta { $limit } segundos. Envía uno más corto.
error-not-found = Ya no encuentro eso.
error-film-too-big = El video terminado pasa de { $limit } MB y no cabe en este chat. Envía uno más corto o más pequeño.
error-file-gone = Ya borré ese archivo, como hago después de un día. Envíalo de nuevo, por favor.
error-disk-full = Ahora mismo me quedé sin espacio. Inténtalo un poco más tarde, por favor.
error-crashed = Algo se rompió mientras hacía tu video. Ya lo anoté. Inténtalo una vez más o envía otro archivo.
error-usage = Ese comando no se usa así.
error-unexpected = Algo salió mal de mi lado. Ya lo anoté. Inténtalo de nuevo, por favor.

## For administrators

disk-low = ⚠️ El disco de { $name } está casi lleno: { $free } GB libres, y hacen falta { $limit } GB. Las películas nuevas esperan hasta que haya espacio. Libera espacio, por favor.
disk-well = ✅ El disco de { $name } vuelve a tener espacio: { $free } GB libres. Ya se hacen películas otra vez.
