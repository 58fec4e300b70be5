## Boas-vindas e ajuda

welcome =
    Oi! Eu sou o Rabisco. 🖍️
    Mande uma imagem e eu faço um vídeo dela sendo desenhada à mão. Mande um vídeo com alguém falando e eu coloco legendas animadas, palavra por palavra.
    Experimente agora: mande uma foto.
help =
    O que eu faço:
    🖼️ uma imagem → um vídeo dela sendo desenhada à mão
    🗂️ várias imagens de uma vez → um vídeo só, uma desenhada depois da outra
    🎬 um vídeo com fala → o mesmo vídeo com legendas animadas

    Melhor qualidade: mande as imagens como arquivo.
    /settings como ficam os seus vídeos
    /balance seus créditos
    /language o idioma que eu falo
    /cancel parar o que estou fazendo
about = Imagens desenhadas à mão em vídeo, e vídeos com legendas animadas.
not-understood = Eu faço vídeos a partir de imagens e vídeos. Mande um! Em /help explico mais.
audio-needs-picture = Isso é só áudio. Mande um vídeo com fala e eu coloco legendas, ou uma imagem e eu desenho.
command-start = Comece aqui
command-help = O que eu sei fazer
command-settings = Como ficam os seus vídeos
command-balance = Seus créditos
command-language = English, Português, Español
command-cancel = Parar o que estou fazendo
command-grant = Dar créditos: /grant telegram:123 10
command-stats = Como vai o negócio

## Progresso

received = Recebi! Dando uma olhada…
received-album = Recebi todas! Dando uma olhada…
album-too-long = Em um vídeo cabem até { $limit } imagens, então usei as primeiras { $limit }. Mande as outras depois deste.
status-waiting = { $position ->
    [1] 🕐 Você é o próximo.
   *[other] 🕐 Na fila: número { $position }.
}
status-drawing = ✏️ Desenhando… { $percent } %
status-listening = 👂 Ouvindo… { $percent } %
status-captioning = 💬 Colocando as legendas… { $percent } %
status-done = ✅ Pronto!
status-cancelled = ✖️ Cancelado.
status-failed = ⚠️ Não deu certo. Veja abaixo.
sketch-ready = Aqui está o seu desenho! ✏️
caption-ready = Aqui está o seu vídeo com legendas! 💬
film-as-file = O arquivo original, sem mudanças.

## Opções

choice-cancel = ✖️ Cancelar
choice-again = 🔁 De novo
choice-file = ⬇️ Arquivo original
choice-back = « Voltar
choice-english = Inglês
choice-portuguese = Português
choice-spanish = Espanhol
choice-other-language = Outro idioma
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = Em cores
choice-finish-lines = Só o traço
choice-spoken-auto = Detectar

hand-marker = Padrão
hand-light = Pele clara
hand-dark = Pele escura
hand-left = Canhota
hand-none = Sem mão
style-classic = Clássicas
style-pill = Pílula
style-plate = Placa

## Idioma, ajustes, saldo

language-choose = Em que idioma devo falar?
language-set = Agora eu falo português.
settings = Seus vídeos. Toque no que quiser mudar.
setting-seconds = ⏱️ Duração dos desenhos: { $value }
setting-hand = ✍️ Mão: { $value }
setting-finish = 🎨 O desenho termina: { $value }
setting-style = 💬 Legendas: { $value }
setting-spoken = 👂 Idioma dos vídeos: { $value }
setting-choose-seconds = Quanto tempo deve durar um desenho?
setting-choose-hand = Qual mão deve desenhar?
setting-choose-finish = Como os desenhos devem terminar?
setting-choose-style = De quais legendas você gosta?
setting-choose-spoken = Qual idioma é falado nos seus vídeos?
balance =
    { $available ->
        [one] Você tem 1 crédito.
       *[other] Você tem { $available } créditos.
    }
    Seu plano dá { $monthly } créditos por mês; os próximos chegam em { $returns }.
balance-held = { $reserved ->
    [one] Mais 1 está reservado para o vídeo que estou fazendo.
   *[other] Mais { $reserved } estão reservados para vídeos que estou fazendo.
}
balance-unmetered = Você é o dono aqui: seus vídeos não custam nada.
price-hint = Um vídeo de até 1 minuto custa 1 crédito; até 3 minutos, 2; até 5 minutos, 3.

## Cancelamento e créditos

cancel-nothing = Não estou fazendo nada para você agora.
cancel-done = { $count ->
    [one] Cancelado. Nada foi cobrado.
   *[other] { $count } trabalhos cancelados. Nada foi cobrado.
}
cancel-too-late = Esse já terminou.
credits-returned = { $credits ->
    [one] Seu crédito voltou.
   *[other] Seus { $credits } créditos voltaram.
}
nothing-charged = Nada foi cobrado.

## Perguntas

question-spoken = Qual idioma é falado neste vídeo?
subtitles-offer = Você também pode mandar as legendas prontas, em um arquivo .srt ou .vtt, que eu coloco a animação.
subtitles-no-video = Tenho as legendas, mas nenhum vídeo para elas. Mande primeiro o vídeo e depois as legendas.

## Administração

grant-usage = Assim: /grant telegram:123456 10
grant-unknown = Não conheço ninguém chamado { $who }. A pessoa precisa me escrever primeiro.
grant-done = { $who } recebeu { $credits } créditos e agora tem { $available }.
stats =
    Últimas 24 horas: { $updates } mensagens chegaram e { $people ->
        [one] 1 pessoa pediu
       *[other] { $people } pessoas pediram
    } vídeos.
    Vídeos: { $done } prontos, { $failed } com falha, { $cancelled } cancelados.
    Agora: { $queued } na fila, { $running } em produção.

## Falhas

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = Esse arquivo está vazio. Mande de novo, por favor.
error-file-too-big = Esse arquivo é grande demais: aqui eu aceito até { $limit } MB. Mande um menor ou mais curto.
error-not-media = Isso não é uma imagem nem um vídeo. Mande uma foto (JPEG, PNG, WebP, HEIC…) ou um vídeo (MP4, MOV, WebM…).
error-format-not-supported = Não consigo abrir esse tipo de arquivo. Mande a imagem em JPEG ou PNG, ou o vídeo em MP4.
error-broken-file = Esse arquivo está danificado: não consigo abrir. Mande de novo ou mande outro.
error-too-many-pixels = Essa imagem é grande demais: eu aceito até { $limit } megapixels. Diminua um pouco, por favor.
error-too-few-pixels = Essa imagem é pequena demais: precisa ter pelo menos { $limit } pixels de cada lado.
error-too-narrow = Essa imagem é estreita demais: o lado maior pode ter no máximo { $limit } vezes o menor.
error-too-long = Isso é longo demais: eu aceito até { $limit ->
    [one] 1 segundo
   *[other] { $limit } segundos
}. Corte e mande uma parte, por favor.
error-too-many-frames = Esse vídeo tem quadros demais por segundo: eu aceito até { $limit }.
error-too-many-streams = Esse vídeo tem faixas demais: eu aceito até { $limit }. Exporte com uma faixa de imagem e uma de som.
error-no-picture = Não há imagem em movimento nesse arquivo. Mande um vídeo, ou uma foto para desenhar.
error-too-heavy = Esse arquivo dá trabalho demais para mim. Mande um menor ou mais curto, por favor.
error-no-audio = Esse vídeo não tem som, então não há o que legendar.
error-no-speech = Não ouvi ninguém falando nesse vídeo. Mande um com fala clara, ou mande as legendas em um arquivo .srt logo depois dele.
error-speech-unclear = Não deu para entender bem o que é dito, e as legendas não ficariam boas. Tente uma gravação com menos ruído, ou mande as legendas em um arquivo .srt.
error-language-not-heard = Ainda não entendo esse idioma aqui; só inglês.
error-speech-service-down = O serviço que ouve a fala não está respondendo. Tente de novo em alguns minutos, por favor.
error-subtitles-unreadable = Não consigo ler essas legendas. Mande em um arquivo .srt ou .vtt.
error-script-not-drawn = Ainda não tenho letras para o alfabeto dessas legendas. Mande legendas em outro alfabeto, ou outro vídeo.
error-not-enough-credits =
    { $available ->
        [0] Seus créditos acabaram
        [one] Você só tem mais 1 crédito
       *[other] Você só tem mais { $available } créditos
    }, e este vídeo custa { $cost }. Os próximos chegam em { $returns }.
error-too-many-waiting = { $limit ->
    [one] Ainda estou fazendo 1 vídeo para você.
   *[other] Ainda estou fazendo { $limit } vídeos para você.
} Mande este de novo quando um ficar pronto, ou use /cancel.
error-too-fast = Foram muitas mensagens. Me dê um minuto e depois continue.
error-plan-limit = Seu plano faz vídeos de até { $limit } segundos. Mande um mais curto.
error-not-found = Não encontro mais isso.
error-film-too-big = O vídeo pronto passa de { $limit } MB e não cabe nesta conversa. Mande um mais curto ou menor.
error-file-gone = Já apaguei esse arquivo, como faço depois de um dia. Mande de novo, por favor.
error-disk-full = Fiquei sem espaço agora. Tente de novo daqui a pouco, por favor.
error-crashed = Algo quebrou enquanto eu fazia o seu vídeo. Já anotei. Tente mais uma vez ou mande outro arquivo.
error-usage = Não é assim que se usa esse comando.
error-unexpected = Algo deu errado do meu lado. Já anotei. Tente de novo, por favor.

## For administrators

disk-low = ⚠️ O disco de { $name } está quase cheio: { $free } GB livres, e são necessários { $limit } GB. Novos filmes esperam até haver espaço. Libere espaço, por favor.
disk-well = ✅ O disco de { $name } tem espaço de novo: { $free } GB livres. Os filmes voltaram a ser feitos.
