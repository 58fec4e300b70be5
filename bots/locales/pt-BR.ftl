## Boas-vindas e ajuda

welcome =
    Oi! Eu sou o Rabisco. 🖍️
    Mande uma imagem e eu faço um vídeo dela sendo desenhada à mão. Mande um vídeo com alguém falando e eu coloco legendas animadas, palavra por palavra. Mande um áudio e eu escrevo o que é dito.
    Experimente agora: mande uma foto.
help =
    O que eu faço:
    🖼️ uma imagem → um vídeo dela sendo desenhada à mão
    🗂️ várias imagens de uma vez → um vídeo só, uma desenhada depois da outra
    🎬 um vídeo com fala → o mesmo vídeo com legendas animadas
    🎙️ um áudio → o texto dele

    Melhor qualidade: mande as imagens como arquivo.
    /settings como ficam os seus vídeos
    /brand sua fonte, suas cores e seu logo em todos os vídeos
    /logo fazer de uma imagem o seu logo
    /balance seus créditos
    /plans comprar créditos
    /billing seu plano e suas contas
    /redeem usar um código
    /gift créditos para outra pessoa
    /invite traga um amigo: créditos para os dois
    /link eu em várias conversas
    /email você pagou em outro lugar
    /language o idioma que eu falo
    /cancel parar o que estou fazendo
about = Imagens desenhadas à mão em vídeo, vídeos com legendas animadas, e áudios em texto.
not-understood = Eu faço vídeos a partir de imagens e vídeos, e texto a partir de áudios. Mande alguma coisa! Em /help explico mais.
forwarded = Não faço nada com texto encaminhado, nem com o que outro bot escreveu. Se é isso que você quer, escreva você mesmo.
sketch-needs = Mande uma imagem e eu desenho. Se mandar várias de uma vez, desenho uma depois da outra.
caption-needs = Mande um vídeo com fala e eu coloco legendas.
transcript-needs = Mande um áudio ou um vídeo com fala e eu escrevo o que é dito.
summary-needs = Mande uma mensagem de voz, um áudio ou um vídeo com fala, e eu resumo o que é dito.
chapters-needs = Mande um vídeo ou uma gravação com fala, e eu divido em capítulos.
command-start = Comece aqui
command-help = O que eu sei fazer
command-sketch = Desenhar a última imagem
command-caption = Colocar legendas no último vídeo
command-transcript = Escrever o que é dito
command-summary = Resumir o que é dito
command-chapters = Capítulos para a descrição de um vídeo
command-settings = Como ficam os seus vídeos
command-brand = Sua marca: fonte, cores e logo
command-logo = Fazer de uma imagem o seu logo
command-balance = Seus créditos
command-plans = Comprar créditos
command-billing = Seu plano e suas contas
command-redeem = Usar um código: /redeem CÓDIGO
command-gift = Dar créditos: /gift 50
command-invite = Convidar um amigo
command-link = Me usar em várias conversas
command-email = Já pagou em outro lugar? /email voce@example.com
command-language = English, Português, Español
command-cancel = Parar o que estou fazendo
command-grant = Dar créditos: /grant telegram:123 10
command-stats = Como vai o negócio
command-promo = Promoções: /promo create CÓDIGO 50 100
command-unjoin = Separar conversas juntadas

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
status-summarizing = 📋 Resumindo… { $percent } %
status-dividing = 🔖 Procurando os capítulos… { $percent } %
status-now-drawing = ✏️ Estou desenhando…
status-now-listening = 👂 Estou ouvindo…
status-now-captioning = 💬 Estou colocando as legendas…
status-now-summarizing = 📋 Estou resumindo…
status-now-dividing = 🔖 Estou procurando os capítulos…
status-done = ✅ Pronto!
status-cancelled = ✖️ Cancelado.
status-failed = ⚠️ Não deu certo. Veja abaixo.
sketch-ready = Aqui está o seu desenho! ✏️
order-unknown = Não sei encontrar { $things } em imagens, então o resto vem na ordem que você pediu. Conheço pessoas, rostos, animais, veículos, comida, móveis, muitas coisas da casa, o céu e o fundo.
order-made = Exatamente nessa ordem já desenhei, ou estou desenhando. Nada mais foi cobrado.
order-choose = Toque nas coisas na ordem em que devo desenhá-las; o resto vem depois, sozinho.
order-chosen = Sua ordem: { $order }.
order-choose-words = Você também pode escrever: “primeiro o cachorro, depois o gato, o céu por último”.
order-none = Não consigo separar as coisas desta imagem. Escreva o que vem primeiro: “primeiro o cachorro, depois o gato, o céu por último”.
order-number = { $number } · { $subject }
order-number-alone = { $number }
choice-order = 🔢 Mudar a ordem
choice-ordered = ✏️ Desenhar assim
choice-order-again = ↩️ Recomeçar
caption-ready = Aqui está o seu vídeo com legendas! 💬
transcript-ready = Aqui está o que é dito. 📝
summary-ready = Aqui está o resumo. 📋
chapters-ready = Aqui estão os capítulos, para a descrição do vídeo. 🔖
heard-groq = 👂 Idioma: { $spoken } · ouvido pelo Groq
heard-local = 👂 Idioma: { $spoken } · ouvido aqui mesmo
transcript-file-srt = As legendas em .srt, com os tempos.
transcript-file-vtt = As legendas em .vtt, com os tempos.
transcript-file-ass = As legendas em .ass, com os tempos das palavras.
transcript-file-txt = O texto em um arquivo.
caption-file-srt = As legendas do vídeo em .srt, com os tempos dele.
caption-file-vtt = As legendas do vídeo em .vtt, com os tempos dele.
caption-file-ass = As legendas do vídeo em .ass, com os tempos dele.
sketch-file-still = O desenho pronto.
sketch-file-svg = Os traços do desenho, nítidos em qualquer tamanho.
sketch-file-gif = O vídeo em GIF.
follow-up-running = Já estou trabalhando nisso. Chega daqui a pouco.
film-as-file = O arquivo original, sem mudanças.

## Correções

correction-how =
    { "" }
    ✏️ Responda com as linhas que quer mudar, quantas quiser, cada uma com o seu número:
    3: o texto novo
    Só com o número (3:) a linha sai.
correction-costs = { $credits ->
    [0] Eu refaço com as suas palavras, sem ouvir de novo. Não custa nada.
    [one] Eu refaço com as suas palavras, sem ouvir de novo, por 1 crédito.
   *[other] Eu refaço com as suas palavras, sem ouvir de novo, por { $credits } créditos.
}
correction-in-file = O texto é longo, então vai como arquivo. Cada legenda dele tem um número: é o número da linha.
correction-too-long = Esse texto é longo demais para ser corrigido aqui. Mande as suas legendas corrigidas como arquivo .srt em resposta ao vídeo.
correction-no-line = Não existe a linha { $number }: as linhas vão de 1 a { $last }. Nada foi mudado.
correction-line-too-long = A linha { $number } é longa demais para uma linha. Nada foi mudado.
correction-cuts-unknown = Deste vídeo foram cortados trechos, e eu não sei mais quais, então não consigo saber onde entram as suas legendas. Toque em “Corrigir palavras” embaixo dele e escreva as linhas pelo número, ou faça o vídeo de novo e corrija o novo. Nada foi cobrado.
correction-two-languages = Neste vídeo a tradução fica embaixo de cada linha, e não consigo separar o que você mudou nela do que é falado. Deixe a tradução como está e mude só o que é falado: eu traduzo essas linhas de novo. Nada foi cobrado.
correction-empty = Assim não sobraria nenhuma palavra. Nada foi mudado.
correction-unchanged = Essas já são as palavras que estão lá. Nada foi mudado nem cobrado.
correction-made = Eu já fiz exatamente isso, ou estou fazendo. Nada mais foi cobrado.
correction-unclear = Não sei de quais linhas você está falando. Escreva o número antes de cada uma, como “3: o texto novo”.
edit-menu = O que faço com o seu vídeo? Toque para ligar ou desligar e depois faça o vídeo. Não preciso ouvir nada de novo.
edit-costs = { $credits ->
    [0] Não custa nada.
    [one] Custa 1 crédito.
   *[other] Custa { $credits } créditos.
}
edit-unchanged = O vídeo já está assim. Ligue ou desligue alguma coisa primeiro. Nada foi cobrado.
edit-made = Exatamente isso já fiz, ou estou fazendo. Nada mais foi cobrado.
edit-pauses = ✂️ Cortar pausas e “hum”
edit-zoom = 🔍 Zoom nas palavras fortes
edit-bar = ▬ Barra de progresso
edit-emoji = 😀 Emoji sobre as palavras
edit-title = 🪝 Título no começo
edit-title-text = ✏️ Escrever o título
edit-title-now = O título dele: “{ $title }”
title-ask = Que título o vídeo deve ter nos três primeiros segundos? Escreva para mim, com no máximo { $limit } caracteres. Depois faço o vídeo com o que está ligado. Emojis que não podem ser desenhados ficam de fora.
title-too-long = Esse título tem { $length } caracteres, e cabem { $limit }. Escreva um mais curto.
title-unreadable = Esse título não tem nenhuma letra nem número. Escreva outro.
edit-card = 🏁 Cartão no final
edit-loudness = 🔊 Volume uniforme (-14 LUFS)
edit-track = 📄 Faixa de legendas no arquivo
edit-profanity = 🤐 Esconder palavrões
edit-album = 🗂️ Álbuns
edit-transition = 🔀 Entre as imagens
edit-loop = 🔁 Recomeça sem salto
edit-gif = 🎞️ Também em GIF

## Opções

choice-cancel = ✖️ Cancelar
choice-again = 🔁 De novo
choice-file = ⬇️ Arquivo original
choice-style = 🎨 Estilo
choice-correct = ✏️ Corrigir palavras
choice-edit = ✨ Turbinar
choice-title-automatic = 🎲 Escolha por mim
choice-edited = 🎬 Fazer este vídeo
choice-srt = ⬇️ .srt
choice-vtt = ⬇️ .vtt
choice-ass = ⬇️ .ass
choice-txt = ⬇️ .txt
choice-still = ⬇️ Imagem (PNG)
choice-svg = ⬇️ Traços (SVG)
choice-gif = ⬇️ GIF
choice-subtitles = 📄 Legendas
choice-summary = 📋 Resumo
choice-chapters = 🔖 Capítulos
choice-back = « Voltar
choice-english = Inglês
choice-portuguese = Português
choice-spanish = Espanhol
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = Em cores
choice-finish-marker = Canetinha
choice-finish-pencil = Lápis
choice-finish-lines = Só o traço
board-white = Quadro branco
board-paper = Papel
board-kraft = Papel kraft
board-blackboard = Lousa preta
board-green = Lousa verde
album-scenes = Uma após a outra
album-side = Lado a lado
transition-eraser = Apagada à mão
transition-page = A página vira
transition-slide = Empurra de lado
aspect-auto = Igual à imagem
aspect-16-9 = Horizontal (16:9)
aspect-9-16 = Vertical (9:16)
aspect-1-1 = Quadrado (1:1)
aspect-4-5 = Retrato (4:5)
resolution-auto = Igual à imagem
resolution-720 = 720p
resolution-1080 = 1080p (Full HD)
resolution-2160 = 2160p (4K)
hold-auto = Conforme a duração
sound-none = Nenhum
sound-auto = Da caneta
choice-spoken-auto = Detectar
choice-translate-off = Não
choice-translate-own = Meu idioma
choice-switch-off = Não
choice-switch-on = Sim
choice-lines-translated = Só a tradução
choice-lines-both = Os dois idiomas
language-name = { $spoken }

hand-light = 🖐🏻 Pele clara
hand-medium = 🖐🏼 Pele média
hand-tan = 🖐🏽 Pele morena
hand-brown = 🖐🏾 Pele negra
hand-dark = 🖐🏿 Pele retinta
hand-light-left = 🖐🏻 Canhota clara
hand-medium-left = 🖐🏼 Canhota média
hand-tan-left = 🖐🏽 Canhota morena
hand-brown-left = 🖐🏾 Canhota negra
hand-dark-left = 🖐🏿 Canhota retinta
hand-none = Sem mão
tool-auto = Automática
tool-marker = Caneta
tool-pencil = Lápis
tool-chalk = Giz
tool-brush = Pincel
style-classic = Clássicas
style-pill = Pílula
style-plate = Placa
style-hormozi = Hormozi
style-beast = Beast
style-karaoke = Karaokê
style-minimal = Minimalistas
style-neon = Neon
style-typewriter = Datilografia
style-bounce = Saltitantes
style-stack = Empilhadas
style-news = Notícias
style-comic = Quadrinhos
style-clean = Simples
style-podcast = Podcast
style-marker = Marca-texto
style-title = 🎨 { $value } ({ $position } de { $total })
style-price =
    { $credits ->
        [0] Seu vídeo neste estilo não custa nada.
        [one] Seu vídeo neste estilo custa 1 crédito.
       *[other] Seu vídeo neste estilo custa { $credits } créditos.
    }
style-previous = ◀️
style-next = ▶️
style-list = 📋 Todos os estilos
style-change-size = 🔠 Tamanho
style-change-place = ↕️ Posição
style-change-colour = 🎨 Cor
style-change-second = 🖍️ Segunda cor
style-film = 🎞️ Ver em movimento
style-use = ✅ Usar este
style-keep = ⭐ Usar em todos os meus vídeos
style-choose-size = De que tamanho devem ser as palavras?
style-choose-place = Onde devem ficar as palavras?
style-choose-colour = Que cor deve ter a palavra falada?
style-choose-second = Que cor devem ter as palavras em destaque?
style-size-small = Pequeno
style-size-medium = Médio
style-size-large = Grande
style-place-auto = Como no estilo
style-place-top = Em cima
style-place-middle = No meio
style-place-bottom = Embaixo
colour-auto = Como no estilo
colour-white = Branco
colour-yellow = Amarelo
colour-orange = Laranja
colour-red = Vermelho
colour-pink = Rosa
colour-purple = Roxo
colour-blue = Azul
colour-turquoise = Turquesa
colour-green = Verde
colour-black = Preto
style-making = Estou refazendo seu vídeo neste estilo: { $value }.
style-kept = Seus próximos vídeos terão este estilo: { $value }.
style-gone = O estilo { $value } não existe mais, por isso nada foi feito nem mudado. Escolha outro.
style-made-already = Seu vídeo neste estilo já existe, ou está a caminho.
brand-of-me = 🎀 Sua marca, em todos os seus vídeos
brand-of-all = 🏢 A marca de todos aqui, onde não têm uma própria
brand-font = Fonte: { $value }
brand-colour = Cor: { $value }
brand-second = Segunda cor: { $value }
brand-logo = Logo: definido
brand-no-logo = Logo: nenhum
brand-help-me = Para ter um logo, mande uma imagem com a legenda /logo; um PNG mandado como arquivo mantém o que é transparente. Outras cores: /brand #1A2B3C #FFD60A
brand-help-all = Para ter um logo, mande uma imagem com a legenda /logo all. Outras cores: /brand all #1A2B3C #FFD60A
brand-change-font = 🔤 Fonte
brand-change-colour = 🎨 Cor
brand-change-second = 🖍️ Segunda cor
brand-change-corner = 📐 Canto
brand-change-size = 🔎 Tamanho do logo
brand-remove-logo = 🗑️ Tirar o logo
brand-scope-all = 🏢 Para todos aqui
brand-scope-me = 👤 Só para mim
brand-choose-font = Qual fonte?
brand-choose-colour = Qual cor para a palavra falada?
brand-choose-second = Qual cor para as palavras em destaque?
brand-choose-corner = Em que canto fica o logo?
brand-choose-size = De que tamanho é o logo?
brand-corner-top-left = Em cima à esquerda
brand-corner-top-right = Em cima à direita
brand-corner-bottom-left = Embaixo à esquerda
brand-corner-bottom-right = Embaixo à direita
brand-usage = Assim: /brand · /brand #1A2B3C · /brand #1A2B3C #FFD60A
brand-needs-logo = Mande a imagem com a legenda /logo, ou responda a uma imagem com /logo.
brand-logo-too-big = Essa imagem é grande demais para um logo. Mande uma de até 2 MB e 4096 pixels de lado.
brand-logo-set = Esse é o seu logo agora. Ele vai aparecer nos seus vídeos.

## Idioma, ajustes, saldo

language-choose = Em que idioma devo falar?
language-set = Agora eu falo português.
settings = Seus vídeos. O que você quer mudar?
setting-seconds = ⏱️ Duração dos desenhos: { $value }
setting-hand = ✍️ Mão: { $value }
setting-tool = 🖊️ Ferramenta: { $value }
setting-finish = 🎨 O desenho termina: { $value }
setting-board = 🖼️ Fundo: { $value }
setting-aspect = 📐 Formato: { $value }
setting-resolution = 🔎 Nitidez: { $value }
setting-hold = ⏸️ Desenho pronto: { $value }
setting-album = 🗂️ Álbuns: { $value }
setting-transition = 🔀 Entre as imagens: { $value }
setting-sound = 🔊 Som: { $value }
setting-loop = 🔁 Recomeça sem salto: { $value }
setting-gif = 🎞️ Também em GIF: { $value }
setting-drawings =
    🖌️ Mais sobre desenhos: { $count ->
        [0] padrão
        [one] 1 mudança
       *[other] { $count } mudanças
    }
setting-style = 💬 Legendas: { $value }
setting-spoken = 👂 Idioma falado: { $value }
setting-translate = 🌐 Traduzir legendas: { $value }
setting-pauses = ✂️ Cortar pausas e “hum”: { $value }
setting-zoom = 🔍 Zoom nas palavras fortes: { $value }
setting-bar = ▬ Barra de progresso: { $value }
setting-emoji = 😀 Emoji sobre as palavras: { $value }
setting-title = 🪝 Título no começo: { $value }
setting-card = 🏁 Cartão no final: { $value }
setting-lines = 🌐 Mostrar: { $value }
setting-track = 📄 Faixa de legendas no arquivo: { $value }
setting-profanity = 🤐 Esconder palavrões: { $value }
setting-loudness = 🔊 Volume das plataformas: { $value }
setting-captions =
    📄 Extras das legendas: { $count ->
        [0] desligado
        [one] 1 ligado
       *[other] { $count } ligados
    }
setting-polish =
    ✨ Turbinar: { $count ->
        [0] desligado
        [one] 1 ligado
       *[other] { $count } ligados
    }
setting-text-translate = 🌐 Traduzir transcrições: { $value }
setting-choose-captions = O que as legendas de todos os seus próximos vídeos devem ter? Toque para ligar ou desligar.
setting-choose-polish = O que devo fazer com todos os seus próximos vídeos? Toque para ligar ou desligar.
setting-choose-text-translate = Em qual idioma os textos devem vir também, abaixo do que é dito?
setting-choose-seconds = Quanto tempo deve durar um desenho?
setting-choose-hand = Qual mão deve desenhar?
setting-choose-tool = O que a mão deve segurar?
setting-choose-finish = Como os desenhos devem terminar?
setting-choose-drawings = O que mais os desenhos devem ter?
setting-choose-board = Onde o desenho deve ser feito?
setting-choose-aspect = Que formato os desenhos devem ter? Em volta da imagem fica o quadro.
setting-choose-resolution = Qual deve ser a nitidez dos desenhos? Vídeos maiores demoram mais para fazer e enviar.
setting-choose-hold = Por quanto tempo o desenho pronto deve aparecer no fim?
setting-choose-album = Como várias imagens devem virar um vídeo?
setting-choose-transition = Como uma imagem do álbum deve dar lugar à próxima?
setting-choose-sound = O que deve se ouvir enquanto o desenho é feito? Responda a uma imagem ou ao vídeo dela com um áudio de até um minuto, e o desenho segue esse áudio.
setting-choose-loop = Devo apagar o quadro no fim, para o vídeo recomeçar sem salto?
setting-choose-gif = Os desenhos devem vir também em GIF, num botão?
setting-choose-style = De quais legendas você gosta?
setting-choose-spoken = Qual idioma é falado no que você manda?
setting-choose-translate = Para qual idioma as legendas devem ser traduzidas?
setting-choose-pauses = Devo cortar dos seus vídeos as pausas longas e sons como “hum”?
setting-choose-zoom = A imagem deve se aproximar quando se diz algo importante?
setting-choose-bar = Uma barra deve mostrar quanto do vídeo já passou?
setting-choose-emoji = Algumas palavras devem ter um emoji em cima? No máximo dois a cada dez segundos.
setting-choose-title = Devo mostrar um título nos três primeiros segundos?
setting-choose-card = O vídeo deve terminar com um cartão com um nome?
setting-choose-lines = Onde fica a tradução?
setting-choose-track = O filme deve trazer também as legendas em uma faixa própria, que se liga no player?
setting-choose-profanity = Devo esconder as letras dos palavrões, como em “p***a”? Nas legendas e nos arquivos delas; o som fica como está.
setting-choose-loudness = O som deve ter o volume das plataformas (-14 LUFS)?
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
balance-debt = Você deve { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}: foram gastos antes que o pagamento deles voltasse. O que chegar paga isso primeiro.
balance-lot = · { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} até { $returns }
balance-lot-forever = · { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} sem prazo
balance-unmetered = Você é o dono aqui: seus vídeos não custam nada.
price-hint = Um vídeo de até 1 minuto custa 1 crédito; até 3 minutos, 2; até 5 minutos, 3.
transcript-price = Escrever o que é dito custa 1 crédito a cada 10 minutos.
corrections-price = Um vídeo com palavras corrigidas não custa nada até 1 minuto, 1 crédito até 5 e 2 até 10; um texto corrigido não custa nada.
summary-price = Um resumo custa 1 crédito a cada 30 minutos. Se eu ainda precisar ouvir a gravação, o preço da transcrição é somado.
chapters-price = Os capítulos custam 1 crédito a cada 30 minutos. Se eu ainda precisar ouvir a gravação, o preço da transcrição é somado.

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
goodbye = Combinado: não vou te mandar mais nada. Se um dia você quiser voltar, é só me escrever.
goodbye-cancelled = { $count ->
    [one] O vídeo que eu estava fazendo foi cancelado e nada foi cobrado.
   *[other] Os { $count } vídeos que eu estava fazendo foram cancelados e nada foi cobrado.
}

## A loja

plans = Créditos e planos. Escolha um e eu te mando um jeito de pagar.
plans-current = Seu plano: { $plan }.
shop-closed = Aqui não se vende nada. Seus créditos grátis voltam todo mês: /balance
money-in-private = Sobre créditos, vamos falar em particular: me escreva numa conversa só nossa.
offer-pack = 💎 { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} · { $price }
offer-plan = 📅 { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} por mês · { $price }
offer-plan-current = ✅ { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} por mês · { $price }
offer-stars = ⭐ { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} · { $stars } Stars
offer-gone = Isso não é mais vendido. O que temos agora:
plan-change = Você já tem um plano. Mude em /billing.
link-preparing = 🔗 Estou preparando seu link…
link-still = Ainda estou preparando esse link. Ele aparece na mensagem acima.
link-ready = Aqui está seu link. Assim que for pago, os créditos chegam sozinhos.
choice-pay = 💳 Pagar { $price }
choice-pay-pix = 💠 Pix/cartão { $price }
choice-plans = 💎 Comprar créditos
choice-billing = 🧾 Meu plano
invoice-title = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}
invoice-about = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} para filmes, assim que o pagamento for feito.
product-plan = Plano { $plan }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} a cada mês
stars-gone = Esta cobrança não vale mais. Peça outra com /plans.
stars-later = Não consigo verificar agora. Tente de novo daqui a um minuto.
stars-paid = ⭐ Obrigado! Para você: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}. Seu saldo: { $total }.
stars-returned = Suas Stars voltaram para você, e os créditos comprados com elas saíram.
stars-unknown = Recebi suas Stars, mas não encontro para que eram. Avise quem cuida de mim, com este código: { $code }

## Pagamentos

credits-arrived = 🎉 { $credits ->
    [one] 1 crédito chegou.
   *[other] { $credits } créditos chegaram.
} Agora você tem { $total }.
choice-new-link = 🔗 Novo link
link-expired = ⌛ Esse link venceu, e nada foi cobrado.
link-failed = Não consegui criar o link. Tente de novo em alguns minutos.
payment-pending = ⏳ Estou esperando seu pagamento de { $price }. Assim que ele cair, os créditos chegam sozinhos.
payment-failed = O pagamento não chegou, então nada foi cobrado. Você pode tentar de novo:
payment-refunded = Seu pagamento de { $price } foi devolvido, no todo ou em parte: { $credits ->
    [one] 1 crédito saiu.
   *[other] { $credits } créditos saíram.
} Você tem { $total }.
payment-disputed = Seu pagamento de { $price } está em contestação no banco. Até a decisão, { $credits ->
    [one] 1 crédito fica reservado.
   *[other] { $credits } créditos ficam reservados.
} Você tem { $total }.
payment-restored = Seu pagamento de { $price } voltou a valer: { $credits ->
    [one] 1 crédito voltou.
   *[other] { $credits } créditos voltaram.
} Você tem { $total }.
debt-left = { $debt ->
    [one] 1 crédito já tinha sido usado e será descontado
   *[other] { $debt } créditos já tinham sido usados e serão descontados
} dos próximos que você receber.
plan-began = 🎉 Seu plano { $plan } começou: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} até { $returns }.
plan-renewed = 🔄 Seu plano { $plan } foi renovado: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} até { $returns }.
plan-changed = ⬆️ Seu plano agora é { $plan }: mais { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} até { $returns }.
plan-unpaid = ⚠️ Não consegui renovar seu plano { $plan }: o pagamento não passou. Ele continua até { $returns }; confira seu cartão.
plan-paused = Seu plano { $plan } está pausado por falta de pagamento. Ele volta assim que for pago.
plan-cancels = Seu plano { $plan } foi cancelado. Ele é seu até { $returns }.
plan-ended = Seu plano { $plan } terminou. Os créditos que você comprou continuam seus.
portal-ready = Aqui você vê suas faturas, muda de plano, troca o cartão ou cancela. O link vale por alguns minutos.
portal-away = Não consigo abrir suas faturas agora. Mande /billing de novo em um minuto.
choice-portal = 🧾 Minhas faturas

## Plano e conta

billing-nothing = Você não está pagando por nada aqui.
billing-renews = Seu plano é { $plan }. Ele renova em { $returns }.
billing-ends = Seu plano é { $plan }. Ele termina em { $returns } e não renova.
billing-past-due = ⚠️ O último pagamento não passou. Confira seu cartão pelo link.
billing-cancel = Para mudar de plano, trocar o cartão ou cancelar, abra o link abaixo. O que você pagou continua seu até lá.
portal-preparing = 🔗 Estou buscando o link das suas contas… (Se ele não vier, mande /billing de novo.)
choice-extra = ➕ Créditos extras
choice-extra-off = Desligado
choice-extra-cap = Até { $cap } por mês
extra-about = Quando os créditos do plano acabarem, posso continuar e pôr o resto na próxima conta: { $price } por crédito, nunca mais do que você permitir aqui.
extra-on = Agora: até { $cap } créditos por mês.
extra-off = Agora: desligado.
extra-used = Usados além do plano neste período: { $credits ->
    [one] um crédito
   *[other] { $credits } créditos
}, { $price } na sua próxima fatura.
extra-lent = ➕ Este filme passa do seu plano: { $credits ->
    [one] um crédito
   *[other] { $credits } créditos
}, { $price } na sua próxima fatura.
invoice-extra = { $credits ->
    [one] Um crédito além do seu plano (filme { $job })
   *[other] { $credits } créditos além do seu plano (filme { $job })
}
extra-none = Você não tem um plano que possa ir além. Veja /plans.

## Códigos

redeem-usage = Assim: /redeem CÓDIGO
redeem-done = 🎁 Para você: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}. Seu saldo: { $total }.
redeem-pending = 🎁 Você foi convidado: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} esperam por você. Eles chegam com o seu primeiro vídeo de uma rede que não seja a de quem convidou, ou com a sua primeira compra.
redeem-unknown = Esse código não vale, ou já acabou.
redeem-used = Você já usou esse código.
redeem-own = Esse convite é seu. Dê para um amigo!
redeem-not-new = Convites são para quem é novo aqui.
gift-usage = Assim: /gift 50. Eu transformo créditos que você comprou em um código para outra pessoa.
gift-too-few = Você não tem tantos créditos comprados. Os grátis não podem ser dados.
gift-done = 🎁 { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}, para quem me mandar isto primeiro: /redeem { $code }
gift-until = O código vale até { $returns }.
invite = Dê isto a um amigo: /redeem { $code }. Ele ganha { $invited } créditos, e você ganha { $inviter }, com o primeiro vídeo dele de uma rede própria, ou a primeira compra.
invite-so-far = { $count ->
    [0] Ninguém veio com ele ainda.
    [one] 1 amigo veio com ele.
   *[other] { $count } amigos vieram com ele.
}
invite-credits = 🎁 Um convite trouxe { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} para você. Obrigado!
invite-closed = No momento não há convites.
promo-usage = Assim: /promo create CÓDIGO créditos usos [dias], /promo list, /promo stop CÓDIGO
promo-done = { $code } dá { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
} a { $uses ->
    [one] 1 pessoa
   *[other] { $uses } pessoas
}.
promo-taken = Já existe um código { $code }.
promo-stopped = { $code } acabou.
promo-unknown = Não há um código { $code } que possa acabar.
promo-line = { $code }: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}, usado { $uses } vezes, restam { $left }
promo-none = Não há promoções.

## Perguntas

subtitles-no-video = Tenho as legendas, mas nenhum vídeo para elas. Mande primeiro o vídeo e depois as legendas.

## Administração

grant-usage = Assim: /grant telegram:123456 10
grant-unknown = Não conheço ninguém chamado { $who }. A pessoa precisa me escrever primeiro.
grant-done = { $who } recebeu { $credits } créditos e agora tem { $available }.

## Falhas

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = Esse arquivo está vazio. Mande de novo, por favor.
error-file-too-big = Esse arquivo é grande demais: aqui eu aceito até { $limit } MB. Mande um menor ou mais curto.
too-big-here = Ou mande pela minha página, que aceita arquivos maiores: { $page }
error-not-media = Isso não é uma imagem, um vídeo nem um áudio. Mande uma foto (JPEG, PNG, WebP, HEIC…), um vídeo (MP4, MOV, WebM…) ou um áudio.
error-format-not-supported = Não consigo abrir esse tipo de arquivo. Mande um JPEG ou PNG, ou um vídeo em MP4.
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
error-nothing-to-draw = Não vejo nada para desenhar nessa imagem: ela é de uma cor só. Mande outra, por favor.
error-no-picture = Não há imagem em movimento nesse arquivo. Mande um vídeo, ou uma foto para desenhar.
error-too-heavy = Esse arquivo dá trabalho demais para mim. Mande um menor ou mais curto, por favor.
error-message-unreadable = O WhatsApp não me entregou essa mensagem, como acontece com as de visualização única. Mande de novo como mensagem normal, por favor.
error-paid-media = Isso só aparece depois de pago, então não consigo abrir. Mande a própria foto ou o próprio vídeo.
error-anonymous-sender = Não sei quem você é enquanto escreve como o grupo ou como um canal. Escreva com o seu nome e eu respondo.
error-no-audio = Isso não tem som, então não há o que ouvir.
error-audio-not-supported = Não consigo decodificar o som desse arquivo. Exporte com som AAC, em MP4, e mande de novo.
error-no-speech = Não ouvi ninguém falando aí. Mande algo com fala clara. Para legendas, você também pode mandar um arquivo .srt logo depois do vídeo.
error-speech-unclear = Não deu para entender bem o que é dito. Tente uma gravação com menos ruído. Para legendas, você também pode mandar um arquivo .srt.
error-language-unclear = Não consegui saber qual idioma é falado. Qual é?
error-language-not-heard = Não conheço esse idioma.
error-speech-service-down = O serviço que ouve a fala não está respondendo. Tente de novo em alguns minutos, por favor.
error-text-service-down = O serviço de traduções, resumos e capítulos não está dando uma resposta que dê para usar. Tente de novo daqui a alguns minutos, por favor. As legendas podem ser feitas sem tradução: /settings.
error-chat-model-missing = Resumos, capítulos e traduções não estão disponíveis aqui. As legendas podem ser feitas sem tradução: /settings.
error-text-too-long = É mais texto do que consigo resumir ou dividir. Mande uma gravação mais curta, por favor.
error-chapters-not-found = Não consegui dividir isso em capítulos. O YouTube pede pelo menos três, com 10 segundos ou mais cada um: a gravação precisa ter no mínimo meio minuto e falar de mais de um assunto.
error-subtitles-unreadable = Não consigo ler essas legendas. Mande em um arquivo .srt ou .vtt.
error-title-too-long = Esse título tem { $length } caracteres, e cabem { $limit }. Mande a imagem de novo com um mais curto.
error-title-unreadable = Esse título não tem nenhuma letra nem número. Mande a imagem de novo com outras palavras.
error-script-not-drawn = Ainda não tenho letras para o alfabeto dessas legendas. Mande legendas em outro alfabeto, ou outro vídeo.
error-style-unreadable = Não consigo ler a linha { $line } desse arquivo de estilo. Tem de ser um arquivo TOML de até 20 kB: /styles show hormozi mostra um.
error-style-field-missing = Falta algo no arquivo de estilo: { $field }
error-style-field-unknown = O arquivo de estilo tem um campo que não existe: { $field }
error-style-value-invalid = O arquivo de estilo está errado em { $field }. Ali se aceita: { $allowed }
error-not-enough-credits =
    { $available ->
        [0] Seus créditos acabaram
        [one] Você só tem mais 1 crédito
       *[other] Você só tem mais { $available } créditos
    }, e este vídeo custa { $cost }. Os próximos chegam em { $returns }.
error-debt = Um pagamento seu foi devolvido depois que { $debt ->
    [one] 1 crédito dele foi usado.
   *[other] { $debt } créditos dele foram usados.
} Adquira créditos e eu continuo.
error-too-many-waiting = { $limit ->
    [one] Ainda estou fazendo 1 vídeo para você.
   *[other] Ainda estou fazendo { $limit } vídeos para você.
} Mande este de novo quando um ficar pronto, ou use /cancel.
error-too-fast = Foram muitas mensagens. Me dê um minuto e depois continue.
error-plan-limit = Seu plano faz resultados de até { $limit } segundos. Mande algo mais curto.
error-plan-size = Seu plano aceita arquivos de até { $limit } MB por vídeo. Mande um menor.
error-plan-storage = Guardo até { $limit } MB do que você manda, e já tenho isso. Apago depois de um dia: mande de novo então, ou veja /plans.
error-plan-language = Seu plano não inclui fala nesse idioma. Escolha outro idioma ou outro plano.
error-maintenance = 🛠 Estou em manutenção e não aceito nada novo por enquanto. O que já está sendo feito ainda chega.
error-paused = Estou fechado no momento e não faço vídeos novos.
error-tenant-busy = Há vídeos demais esperando aqui agora. Tente de novo em alguns minutos.
error-tenant-full = Estou lotado no momento e não consigo aceitar nada novo. Quem cuida de mim pode mudar isso.
error-not-found = Não encontro mais isso.
error-film-too-big = O vídeo pronto passa de { $limit } MB e não cabe nesta conversa. Mande um mais curto ou menor.
error-file-gone = Já apaguei esse arquivo, como faço depois de um dia. Mande de novo, por favor.
error-file-expired = Não consigo mais baixar esse arquivo deste aplicativo. Mande de novo, por favor.
error-film-lost = Seu vídeo ficou pronto, mas se perdeu antes de eu conseguir entregá-lo.
error-disk-full = Fiquei sem espaço agora. Tente de novo daqui a pouco, por favor.
error-crashed = Algo quebrou enquanto eu fazia o seu vídeo. Já anotei. Tente mais uma vez ou mande outro arquivo.
error-usage = Não é assim que se usa esse comando.
error-unexpected = Algo deu errado do meu lado. Já anotei. Tente de novo, por favor.

## For administrators

disk-low = ⚠️ O disco de { $name } está quase cheio: { $free } GB livres, e são necessários { $limit } GB. Novos filmes esperam até haver espaço. Libere espaço, por favor.
disk-well = ✅ O disco de { $name } tem espaço de novo: { $free } GB livres. Os filmes voltaram a ser feitos.
billing-drift = ⚠️ { $count ->
    [one] 1 pagamento dos últimos dois dias não confere
   *[other] { $count } pagamentos dos últimos dois dias não conferem
} entre o provedor e o livro-caixa. Estou corrigindo o que posso; veja o log (billing-drift).
billing-well = ✅ Os pagamentos dos últimos dois dias conferem entre o provedor e o livro-caixa.

# Uma pessoa, várias conversas

link-in-private = Códigos ficam só entre nós: me escreva numa conversa particular.
link-code = Escreva isto na sua outra conversa comigo, em até dez minutos:
    /link { $code }
    Depois as duas são uma só: os mesmos créditos, o mesmo plano. Não passe o código a mais ninguém.
link-unknown = Esse código não existe ou os dez minutos já passaram. Mande /link na outra conversa para ter um novo.
link-same = Essas duas conversas já são uma só.
link-sure = Juntar esta conversa ({ $here }) com a de { $there }?
link-warning = Daí em diante as duas têm os mesmos créditos, o mesmo plano e os mesmos vídeos, e qualquer uma pode gastá-los. Só faça isso se as duas conversas são suas: quem mandou um código para você ficaria com o que é seu.
link-role = A conversa de alguém da equipe nunca é juntada com outra: a outra também seria da equipe.
link-done = 🔗 Suas conversas agora são uma só. Seu saldo: { $total }. São { $here } e { $there }. Se não foi você, nos diga o número { $code }.
code-too-many = Já foram três códigos em uma hora. Tente de novo daqui a uma hora.
code-wrong = { $count ->
    [one] Não é esse o código. Resta uma tentativa.
   *[other] Não é esse o código. Restam { $count } tentativas.
}
code-exhausted = Foram cinco erros. Peça um código novo.
code-unknown = Não há código para digitar, ou os dez minutos já passaram. Peça um novo.
email-closed = Aqui não usamos e-mail. Para juntar duas conversas: /link
email-usage = Já pagou em outro lugar? Mande o e-mail com que você pagou: /email voce@example.com
email-sent = ✉️ Uma mensagem com seis números está a caminho desse e-mail. Digite-os aqui em até dez minutos.
email-searching = Está certo. Procurando o que você pagou…
email-later = Está certo, mas agora não consigo consultar os pagamentos. Escrevo assim que der.
email-none = Nada foi pago com esse e-mail. Com outro: /email voce@example.com
email-linked = ✅ Encontrei você. No momento não há um plano ativo.
email-linked-plan = ✅ Encontrei você. Seu plano aqui é { $plan }. Em { $returns } vou pedir seu e-mail mais uma vez.
email-choose = Há várias contas com esse e-mail. Qual delas é?
email-gone = Isso já passou. Comece de novo: /email voce@example.com
email-over = Passaram trinta dias. Para continuar com seu plano, confirme seu e-mail mais uma vez: /email voce@example.com
customer-plan = { $plan }, até { $returns }
customer-unnamed = Sem plano (…{ $name })
letter-code-subject = { $code } é o seu código do Rabisco
letter-code = Seu código do Rabisco: { $code }

    Digite-o onde ele foi pedido, em até { $minutes } minutos. Ninguém da nossa equipe vai pedir esse código a você.
    Se você não pediu nada, não precisa fazer nada.
letter-not-sent = Não foi possível mandar a mensagem. Confira o e-mail ou tente mais tarde.
unjoin-usage = Para separar duas conversas: /unjoin e o número. As últimas:
unjoin-line = { $code }: { $source } → { $target }
unjoin-unknown = Nada foi juntado com o número { $code }.
unjoin-done = Separadas: { $code }. { $credits ->
    [one] { $credits } crédito voltou.
   *[other] { $credits } créditos voltaram.
}
unjoin-later = Agora não dá para separar: já foi feito, ou depois essa pessoa foi juntada a outra. Separe essa primeiro.

## Números do WhatsApp

command-whatsapp = Números no WhatsApp: /whatsapp pair
whatsapp-usage =
    /whatsapp pair · um código para ler com o celular
    /whatsapp pair 5511987654321 · um código para digitar nesse celular
    /whatsapp restart NOME · conectar de novo
    /whatsapp remove NOME · tirar um número
whatsapp-none = Ainda não há nenhum número do WhatsApp aqui.
whatsapp-line = { $name }: { $value }
whatsapp-unknown = Não há nenhum número chamado { $name }. Com /whatsapp você vê todos.
whatsapp-bad-number = Isso não é um número de telefone. Escreva com o código do país, assim: /whatsapp pair 5511987654321
whatsapp-preparing = 📱 Buscando um código… Se ele não vier em um minuto, o WhatsApp não está rodando no servidor: inicie com “rabisco whatsapp” ou “rabisco up --whatsapp”.
whatsapp-scan = 📱 Pegue o celular cujo número vai ser o bot. No WhatsApp, abra Configurações → Dispositivos conectados → Conectar dispositivo e leia este código. A cada 20 segundos vem um novo.
whatsapp-no-camera = Sem câmera: /whatsapp pair e o número do celular com o código do país.
whatsapp-type = 📱 No celular +{ $number }, abra o WhatsApp → Configurações → Dispositivos conectados → Conectar dispositivo → Conectar com número de telefone e digite: { $code }
whatsapp-paired = ⏳ O celular aceitou. Conectando…
whatsapp-connected = ✅ +{ $number } está no ar. Mande uma mensagem para ele de outro celular!
whatsapp-timeout = ⌛ Ninguém usou o código a tempo. Com /whatsapp pair você recebe outro.
whatsapp-refused = ⚠️ O WhatsApp não conectou este celular. Atualize o WhatsApp nele, espere alguns minutos e tente de novo com /whatsapp pair.
whatsapp-taken = Este número já está conectado aqui. Veja em /whatsapp.
whatsapp-unreachable = ⚠️ Não consigo falar com o WhatsApp agora. Continuo tentando.
whatsapp-stopped = ✖️ O código não vale mais. Com /whatsapp pair você recebe outro.
whatsapp-restarting = 🔄 Conectando { $name } de novo. Acompanhe em /whatsapp.
whatsapp-remove-sure = Tirar { $name }? Ele sai dos dispositivos conectados do celular, e quem escrever para ele fica sem resposta.
choice-whatsapp-remove = 🗑️ Sim, tirar
whatsapp-removed = 🗑️ { $name } saiu.
whatsapp-alert = ⚠️ O WhatsApp { $name } está parado.
whatsapp-relief = ✅ O WhatsApp { $name } está no ar de novo.
whatsapp-state-new = ainda não conectado. Com /whatsapp pair vem um código para um celular.
whatsapp-state-qr = o código dele está na tela. Leia com o celular.
whatsapp-state-pairing = o celular aceitou e está passando os dados. Deixe-o com internet.
whatsapp-state-online = ✅ no ar.
whatsapp-state-reconnecting = 🔄 conectando. Se demorar, veja se o servidor está com internet e se o WhatsApp está rodando nele.
whatsapp-state-logged-out = o celular encerrou a conexão. Conecte outra vez: /whatsapp restart { $name }
whatsapp-state-banned = o WhatsApp baniu este número. Abra o WhatsApp no celular e peça uma análise; até lá nada é enviado. Depois: /whatsapp restart { $name }
whatsapp-state-banned-until = o WhatsApp baniu este número até { $until }. Antes disso nada é enviado, e depois ele volta sozinho. Não use este número em outros bots.
whatsapp-state-replaced = a mesma sessão está em uso em outro programa. Encerre o outro e depois: /whatsapp restart { $name }
whatsapp-state-outdated = o WhatsApp não aceita mais esta versão. Atualize o Rabisco e inicie de novo.
whatsapp-detail-unreachable = 🔄 não consigo falar com o WhatsApp. Veja a rede do servidor; continuo tentando.
whatsapp-detail-stuck = 🔄 o WhatsApp atende mas não responde. Continuo tentando em um processo só para ele.
whatsapp-detail-timeout = ninguém usou o código a tempo. Com /whatsapp pair vem outro.
whatsapp-detail-refused = o WhatsApp não conectou o celular. Atualize o WhatsApp nele e tente /whatsapp pair de novo em alguns minutos.
whatsapp-detail-taken = o número desse celular já está conectado aqui. Use /whatsapp pair com outro celular.
whatsapp-detail-damaged = o arquivo da sessão está danificado. No servidor: rabisco restore --whatsapp { $name }, ou conecte outra vez: /whatsapp restart { $name }

## Comandos da equipe

admin-in-private = Para isso, escreva para mim numa conversa privada: aqui outras pessoas leem.
admin-choice-do = ✅ Sim, fazer
admin-do-gone = Nada foi feito: essa pergunta já venceu ou era para outra pessoa. Mande o comando de novo.
banned = Você não pode mais me usar. Se acha que é um engano, fale com quem cuida de mim.
amount = { $price }
amount-stars = { $stars } ⭐
film-again = Estou fazendo seu vídeo mais uma vez. Não custa nada para você.
command-users = Encontrar pessoas: /users ana
command-user = Vídeos, créditos e pagamentos: /user ID
command-usage = Quanto os vídeos custam e quanto renderam
command-role = Quem ajuda: /role ID admin|support|none
command-ban = Bloquear alguém: /ban ID
command-unban = Desbloquear alguém: /unban ID
command-revoke = Tirar créditos: /revoke ID 10
command-refund = Devolver dinheiro: /refund PAGAMENTO 12,50
command-price = O que diz o arquivo de preços e o que há no Stripe
command-queue = O que está sendo feito e o que espera
command-workers = Quem faz os vídeos
command-job = Como está um vídeo: /job ID
command-retry = Refazer um vídeo de graça: /retry ID
command-canceljob = Parar um vídeo: /canceljob ID
help-line = /{ $name } – { $value }
admin-choice-back = ⬅️ Voltar
admin-choice-next = ➡️ Mais
admin-choice-ban = 🚫 Bloquear
admin-choice-unban = Desbloquear
admin-choice-person = 👤 De quem é
admin-choice-retry = 🔁 Refazer
admin-choice-stop = ✖️ Parar
admin-choice-days = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } dias
}
admin-users = Pessoas: { $total }. Página { $page } de { $pages }.
admin-users-line = { $name } · { $who }
admin-user-usage = Assim: /user telegram:123456, e para anotar algo: /user telegram:123456 pagou em dinheiro
admin-user = { $name } · { $who } · { $code }
admin-user-joined = Também: { $who }
admin-user-since = Desde { $returns } · idioma { $language } · plano { $plan }
admin-user-role = Função: { $role }
admin-user-banned = 🚫 Bloqueado em { $returns }
admin-user-unmetered = Créditos: os vídeos não custam nada
admin-user-credits = Créditos: { $available } · reservados { $reserved } · devidos { $debt }
admin-user-films = Vídeos: prontos { $done } · com falha { $failed } · cancelados { $cancelled } · na fila { $queued } · em produção { $running }
admin-user-paid = Pagamento { $code }: { $value } por { $item } via { $provider }, { $returns }
admin-user-note = 📝 { $returns }: { $text }
admin-user-job = { $kind } { $code } · { $value }
admin-role-usage = Assim: /role telegram:123456 support. As funções: admin, support, none.
admin-role-line = { $role }: { $who } { $name }
admin-role-above = Isso é só para quem tem uma função acima da dessa pessoa e acima da que é dada.
admin-role-done = { $who } tem uma nova função: { $role }.
admin-role-sure = { $who } também escreve de { $others }. Quem escrever de lá também terá a função { $role }. Dar?
admin-ban-usage = Assim: /ban telegram:123456
admin-ban-sure = Bloquear { $who } ({ $name })? Tudo o que essa pessoa escrever recebe uma única frase como resposta. Vídeos que param: { $count }; os créditos voltam.
admin-ban-done = 🚫 { $who } está bloqueado. Vídeos parados: { $count }. Para desfazer: /unban { $who }
admin-unban-usage = Assim: /unban telegram:123456
admin-unban-done = { $who } pode me usar de novo.
admin-revoke-usage = Assim: /revoke telegram:123456 10
admin-revoke-sure = Tirar { $credits } de { $available } créditos de { $who }?
admin-revoke-done = Créditos tirados de { $who }: { $credits }. Restam: { $available }.
admin-refund-usage = Assim: /refund 0a1b2c3d para tudo ou /refund 0a1b2c3d 12,50. /user mostra os pagamentos.
admin-refund-unknown = Não há pagamento { $code }. /user mostra os pagamentos de alguém.
admin-refund-free = Nada foi pago por isso: não há o que devolver.
admin-refund-gone = Esse pagamento já foi devolvido por inteiro.
admin-refund-amount = Esse valor não pode voltar: não é um valor ou é mais do que resta do pagamento.
admin-refund-stars = O Telegram só devolve Stars por inteiro: não escreva o valor.
admin-refund-sure = Devolver { $value } do pagamento { $code } a { $who } via { $provider }?
admin-refund-credits = A mesma parte dos créditos que ele trouxe é tirada; o que já foi gasto fica como dívida. Não dá para desfazer.
admin-refund-plan = O plano continua: a pessoa o encerra em /billing, ou você no Stripe.
admin-refund-asked = Devolvendo { $value } do pagamento { $code }… Aviso quando estiver feito.
admin-refund-done = ✅ { $value } do pagamento { $code } está a caminho de volta.
admin-refund-refused = ⚠️ { $value } do pagamento { $code } não foi devolvido: { $reason }
admin-price-plan = Plano { $name }: créditos por mês { $monthly } · vídeo mais longo { $seconds } s · até { $limit } na fila
admin-price-item = { $item } · créditos { $credits } · { $value }
admin-price-unsold = Nenhuma conta do Stripe está configurada aqui, então não há o que comparar.
admin-price-comparing = Comparando com o Stripe…
admin-price-missing = ⚠️ O Stripe não tem o preço { $name }.
admin-price-wrong = ⚠️ O Stripe tem outro valor para { $name }.
admin-price-portal = ⚠️ Os planos em { $currency } não podem ser mudados no portal do cliente.
admin-price-sync = Para acertar o Stripe, no servidor: rabisco stripe sync
admin-price-well = ✅ O Stripe tem todos os preços como no arquivo: { $count }
admin-queue = Na fila: { $queued } · em produção: { $running } · maior espera: { $wait } min
admin-queue-line = { $kind } { $code } · { $value } · { $percent } % · { $wait } min
admin-workers-line = 👷 { $name }: desde { $since }, visto há { $seen } s, trabalha em { $jobs }
admin-workers-none = ⚠️ Nenhum worker foi visto nos últimos 10 minutos: nada está sendo feito. No servidor: rabisco worker
admin-job-usage = Assim: /job 0a1b2c3d, o código que as pessoas veem embaixo de um erro.
admin-job-unknown = Não há nenhum vídeo { $code } aqui.
admin-status-queued = na fila
admin-status-running = em produção
admin-status-done = pronto
admin-status-failed = com falha
admin-status-cancelled = cancelado
admin-job = { $kind } { $code } · { $value } · { $percent } %
admin-job-person = Para { $who } ({ $name })
admin-job-times = Chegou { $came } · começou { $began } · terminou { $ended } (UTC)
admin-job-cost = Créditos: { $credits } · tentativas: { $attempts } · processador: { $seconds } s · Groq: { $minutes } min ouvidos, { $read } tokens lidos, { $written } escritos, US$ { $usd }
admin-job-code = Por que falhou: { $code }
admin-retry-usage = Assim: /retry 0a1b2c3d
admin-retry-not = { $code } não falhou ou já está sendo refeito.
admin-retry-gone = Os arquivos de { $code } foram apagados. A pessoa precisa mandar de novo.
admin-retry-done = 🔁 Feito mais uma vez, sem custo para a pessoa: { $code }
admin-canceljob-usage = Assim: /canceljob 0a1b2c3d
admin-canceljob-late = { $code } já terminou.
admin-canceljob-done = ✖️ { $code } foi parado. Créditos que voltaram: { $credits }
admin-stats-usage = Assim: /stats, /stats 7 ou /stats 30
admin-stats-people = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } dias
}: mensagens { $updates } · pessoas novas { $new } · pessoas que pediram vídeos { $people }
admin-stats-now = Agora: na fila { $queued } · em produção { $running }
admin-stats-sketch = ✏️ Desenhos: prontos { $done } · com falha { $failed } · cancelados { $cancelled }
admin-stats-caption = 💬 Legendas: prontas { $done } · com falha { $failed } · canceladas { $cancelled }
admin-stats-transcript = 📝 Transcrições: prontas { $done } · com falha { $failed } · canceladas { $cancelled }
admin-stats-summary = 📋 Resumos: prontos { $done } · com falha { $failed } · cancelados { $cancelled }
admin-stats-chapters = 🔖 Capítulos: prontos { $done } · com falha { $failed } · cancelados { $cancelled }
admin-stats-none = Nenhum vídeo terminou.
admin-stats-waits = Da mensagem ao vídeo: metade em até { $half } s, 95 % em até { $most } s
admin-stats-paid = 💰 Entrou: { $value }
admin-stats-credits = Créditos: vendidos { $sold } · usados { $used }
admin-stats-chart = { $days ->
    [1] Vídeos por hora
   *[other] Vídeos por dia
}
admin-stats-chart-done = prontos
admin-stats-chart-failed = com falha
admin-usage-usage = Assim: /usage, /usage 7 ou /usage 1
admin-usage = { $days ->
    [1] Últimas 24 horas
   *[other] Últimos { $days } dias
}: quanto os vídeos custaram
admin-usage-cost = No Groq: { $minutes } min ouvidos, { $read } tokens lidos, { $written } escritos, { $price } · nesta máquina: { $local } min · processador: { $seconds } s · créditos gastos: { $spent }
admin-usage-earned = Pelo preço a que os créditos foram vendidos, isso dá { $value }
admin-usage-paid = 💰 Entrou: { $value }

## Backups

command-backup = Fazer um backup
admin-backup-begun = O backup está sendo feito. Escrevo de novo quando terminar.
admin-backup-wanted = Já tem um backup sendo feito.
admin-backup-first = É o primeiro.
admin-backup-last = O último: { $name }, { $when }
admin-backup-made = 💾 O backup { $name } está pronto e foi conferido: { $size } MB. São { $kept } no total. Ele só abre com a sua SECRET_KEY, então guarde essa chave também em outro lugar.
admin-backup-missing = Ficou de fora: { $what }.
admin-backup-failed = ⚠️ Não consegui fazer o backup ({ $error }). Nada se perdeu; `rabisco doctor` no servidor diz o que consertar.

## O que se conta aos administradores: alarmes, o relatório da manhã

alert-workers = ⚠️ { $gone ->
    [one] Um worker ficou em silêncio
   *[other] { $gone } workers ficaram em silêncio
} e nenhum outro entrou no lugar. { $workers ->
    [0] Não sobrou nenhum: os vídeos estão esperando.
    [one] Sobrou 1 worker.
   *[other] Sobraram { $workers } workers.
} Veja se o processo está rodando e inicie de novo.
relief-workers = ✅ { $workers ->
    [one] 1 worker trabalhando
   *[other] { $workers } workers trabalhando
}, e não falta nenhum.
alert-queue = ⚠️ A fila está crescendo: { $queued ->
    [one] 1 vídeo esperando
   *[other] { $queued } vídeos esperando
}, o primeiro há { $minutes } min. Mais workers ajudariam: WORKERS, ou outro processo de worker.
relief-queue = ✅ A fila voltou a andar: { $queued ->
    [one] 1 vídeo esperando
   *[other] { $queued } vídeos esperando
}.
alert-errors = ⚠️ Muita coisa está dando errado. Nos últimos 15 minutos, { $broken } de { $ended } vídeos falharam por culpa nossa, e os logs contam { $faults } erros. /logs mostra quais.
relief-errors = ✅ Os vídeos voltaram a dar certo: { $broken } de { $ended } falharam nos últimos 15 minutos.
alert-sweeper = ⚠️ Ninguém está procurando tarefas perdidas ({ $stalled }). Reinicie os workers, por favor.
relief-sweeper = ✅ As tarefas perdidas voltaram a ser procuradas.
alert-payments = ⚠️ Há problemas com os pagamentos. Ainda não verificados: { $news }; links que não puderam ser criados: { $links }; falharam na última hora: { $unpaid }. Veja o status da Stripe e o “rabisco doctor”.
relief-payments = ✅ Os pagamentos voltaram a funcionar.
alert-numbers = ⚠️ { $unseen ->
    [one] Um número do WhatsApp está parado
   *[other] { $unseen } números do WhatsApp estão parados
}: nenhum processo cuida dele. Veja se o “rabisco whatsapp” está rodando.
relief-numbers = ✅ Todos os números do WhatsApp estão sendo atendidos.
disk-filling = ⚠️ O disco de { $name } está enchendo: { $percent } % em uso, { $free } GB livres. Abaixo de { $limit } GB os vídeos teriam que esperar.
disk-roomy = ✅ O disco de { $name } tem espaço: { $percent } % em uso.
report = 📋 { $returns }
report-people = 👥 { $active ->
    [one] 1 pessoa pediu
   *[other] { $active } pessoas pediram
} vídeos; { $new ->
    [one] 1 pessoa nova
   *[other] { $new } pessoas novas
}.
sketch-report = ✏️ Desenhos: { $many }
caption-report = 💬 Legendas: { $many }
transcript-report = 📝 Transcrições: { $many }
summary-report = 📋 Resumos: { $many }
chapters-report = 🔖 Capítulos: { $many }
report-failed = ⚠️ Falhas: { $failed }
report-times = ⏱️ Da mensagem ao vídeo: { $middle } s; em um a cada vinte, mais de { $slow } s
report-revenue = 💰 { $price }
report-stars = ⭐ { $stars } Stars
report-no-revenue = 💰 Nada foi vendido.
report-elsewhere = 🏢 Vídeos de outras empresas: { $many }
report-fault = 🐞 { $event }: { $many } vezes, a última em { $name }. Veja /logs
report-fault-unnamed = 🐞 { $event }: { $many } vezes. Veja /logs
report-queue = ⏳ Esperando agora: { $queued }, o primeiro há { $minutes } min
report-disk = 💾 { $name }: { $percent } % do disco em uso

## O que administradores perguntam: /health, /logs

command-health = Como está a casa
command-logs = O que quebrou: /logs CÓDIGO
admin-health-well = ✅ Está tudo bem.
admin-health-amiss = ⚠️ Nem tudo está bem.
admin-health-queue = { $mark } Fila: { $queued } esperando, o primeiro há { $minutes } min
admin-health-workers = { $mark } Workers: { $workers }
admin-health-outbox = { $mark } Mensagens ainda não enviadas: { $owed }, a mais antiga de { $minutes } min atrás
admin-health-payments = { $mark } Avisos de pagamento: { $waiting } por verificar, o mais antigo de { $minutes } min atrás
admin-health-numbers = { $mark } WhatsApp: { $online } de { $numbers } on-line
admin-health-service = { $mark } { $name }: responde em { $seconds } s
admin-health-service-amiss = { $mark } { $name }: { $reason }
admin-health-disk = { $mark } Disco de { $name }: { $percent } % em uso, { $free } GB livres
admin-health-faults = { $mark } Erros nas últimas 24 horas: { $count }
admin-logs-none = ✅ Nada quebrou nos últimos 7 dias.
admin-logs = O que quebrou nos últimos 7 dias, do mais recente ao mais antigo. /logs e o nome no fim da linha conta mais.
admin-logs-line = { $count }× { $event } · { $at } · { $name }
admin-logs-unknown = Nada do que quebrou se chama { $name }. O nome é o que vem depois do código: (CRASHED · 1a2b3c4d)
admin-logs-fault = 🐞 { $event } · { $at } · { $process }
admin-logs-kind = { $kind }
admin-logs-trace = { $trace }

## Empresas

command-tenant = As empresas daqui: /tenant create NOME
tenant-paused = Estou fechado no momento. Volte mais tarde, por favor.
tenant-paused-operator = ⏸ Este bot foi pausado pelo operador: as pessoas leem que ele está fechado, e nenhum vídeo é feito. Fale com o operador.
tenant-paused-lapsed = ⏸ Este bot está pausado porque a assinatura acabou. Quando o dono tiver um plano com o operador de novo, ele volta sozinho.
tenant-paused-removed = ⏸ Este bot está sendo removido. Só o operador ainda pode desfazer isso.
tenant-lapsed = ⏸ Seu plano acabou, por isso os bots de { $name } estão pausados: as pessoas leem que estão fechados, e nenhum vídeo é feito. Assine um plano com /plans e eles voltam sozinhos.
tenant-resumed = ▶️ Os bots de { $name } estão trabalhando de novo.
tenant-stopped = ⏸ O operador pausou os bots de { $name }. Fale com ele se você não sabe o motivo.
admin-tenants = Empresas: { $count }
admin-tenant-usage = /tenant create NOME · show NOME · invite NOME · pause NOME · resume NOME · remove NOME · limits NOME waiting=50 people=1000 storage=20000 · token NOME TOKEN · pair NOME
admin-tenant-owner-usage = Um bot no Telegram: crie um no @BotFather e escreva aqui /tenant token 123456:ABC… Um número no WhatsApp: /tenant pair. Um código que faz de outra conversa a do dono: /tenant invite
admin-tenant-name = Um nome tem de 2 a 30 letras de a até z, números e hifens, assim: /tenant create padaria
admin-tenant-there = Já existe uma empresa chamada { $name }.
admin-tenant-unknown = Não há empresa chamada { $name }.
admin-tenant-made = ✅ { $name } foi criada. O dono escreve isto para mim aqui, uma vez, em até { $days } dias:
admin-tenant-invited = Quem escrever isto para mim aqui, uma vez, em até { $days } dias, vira dono de { $name }. Escrito em uma das conversas da própria empresa, faz dela a conversa do dono:
admin-tenant-no-code = Esse código não vale aqui ou não vale mais. Peça outro.
admin-tenant-linked = Esta conversa está junta com { $others }: quem escreve lá também seria o dono. Peça a um administrador que as separe com /unjoin e escreva isto de novo.
admin-tenant-here = ✅ Agora você é dono aqui. /help mostra o que você pode fazer.
admin-tenant-yours = ✅ { $name } é sua. O que você paga aqui com /plans mantém a empresa aberta.
admin-tenant-first = Agora dê a ela um bot no Telegram: crie um no @BotFather e escreva aqui /tenant token 123456:ABC… Ou conecte um número no WhatsApp: /tenant pair
admin-tenant-line = { $name } · { $value }
admin-tenant-state-open = aberta
admin-tenant-state-operator = pausada
admin-tenant-state-lapsed = pausada: sem pagamento
admin-tenant-state-removed = removida; os dados são apagados em { $returns }
admin-tenant-owner = Dono: { $who }
admin-tenant-people = Pessoas: { $used } de { $limit }
admin-tenant-waiting = Vídeos na fila: { $used } de { $limit }
admin-tenant-storage = Arquivos: { $used } MB de { $limit }
admin-tenant-mute = Ela ainda não tem bot nem número.
admin-tenant-bot = Telegram { $name }: { $value }
admin-bot-new = sendo verificado
admin-bot-live = trabalhando
admin-bot-bad-token = o Telegram não aceita o token
admin-bot-busy = outro programa recebe as mensagens dele
admin-bot-deaf = não recebe nada por enquanto
admin-tenant-pause-sure = Pausar { $name }? Os bots respondem a todos com uma frase e não aceitam vídeos. Pessoas: { $people }. Vídeos que ainda chegam: { $waiting }.
admin-tenant-paused = ⏸ { $name } está pausada.
admin-tenant-open-already = { $name } está aberta.
admin-tenant-resumed = ▶️ { $name } está aberta de novo.
admin-tenant-limits-usage = Assim: /tenant limits padaria waiting=50 people=1000 storage=20000 (megabytes). Com none não há limite: people=none
admin-tenant-remove-sure = Remover { $name }? Os bots fecham na hora. Em { $days } dias as pessoas ({ $people }), os créditos, pagamentos, anotações e arquivos ({ $size } MB) são apagados para sempre. Até lá, /tenant resume traz a empresa de volta.
admin-tenant-removed = 🗑 { $name } está fechada. Os dados são apagados em { $returns }. Para desfazer: /tenant resume { $name }
admin-tenant-token-usage = Assim: /tenant token 123456:ABC…, o token inteiro como o @BotFather mostra. Com várias empresas, ponha o nome antes.
admin-tenant-token-taken = Esse bot já trabalha aqui para outra empresa. Cada empresa precisa de um bot próprio.
admin-tenant-token-many = Uma empresa pode ter no máximo { $limit } bots.
admin-tenant-token-kept = 🔑 O token está guardado com criptografia. O bot de { $name } responde em um ou dois minutos; eu aviso quando isso acontecer.
admin-tenant-token-erased = Estou apagando desta conversa a sua mensagem com o token.
admin-tenant-token-erase = Agora apague desta conversa a sua mensagem com o token: quem a lê fica com o bot.
admin-tenant-bot-live = ✅ { $name } está no ar: https://t.me/{ $username }
admin-tenant-bot-refused = ⚠️ O bot de { $name } não pode ser usado: { $value }. Traga um token válido com /tenant token
admin-choice-pause = ⏸ Pausar
admin-choice-resume = ▶️ Continuar
admin-choice-remove = 🗑 Remover

## Novidades para todos

command-broadcast = Escrever para todos: /broadcast TEXTO
admin-broadcast-usage = Escreva o texto depois do comando: /broadcast Agora desenhamos em cores! Primeiro você vê como fica e a quem chegaria.
admin-broadcast-long = Ficou longo demais: no máximo { $limit } caracteres.
admin-broadcast-preview = 👀 Acima está o que as pessoas vão ler. Chegaria a: { $people }
admin-broadcast-language = { $name }: { $people }
admin-broadcast-whatsapp = De fora, no WhatsApp: { $people }. O WhatsApp bane números que escrevem para quem não acabou de escrever para eles.
admin-broadcast-unreachable = De fora porque bloquearam o bot ou não querem receber nada: { $people }
admin-broadcast-only-whatsapp = Isso não pode ser enviado. Suas pessoas estão no WhatsApp, e o WhatsApp bane números que escrevem para quem não acabou de escrever para eles.
admin-broadcast-nobody = Não há ninguém a quem isso chegaria.
admin-broadcast-sure = Enviar para { $people } pessoas? Leva cerca de { $minutes } min; os vídeos passam na frente. Dá para pausar e parar, mas o que chegou fica.
admin-broadcast-begun = 📣 { $code } está a caminho.
admin-broadcast-list = O que foi escrito para todos, do mais novo ao mais antigo:
admin-broadcast-line = { $code } · { $value } · { $when }
admin-broadcast-state-draft = não enviada
admin-broadcast-state-sending = sendo enviada
admin-broadcast-state-paused = pausada
admin-broadcast-state-stopped = parada
admin-broadcast-state-done = enviada
admin-broadcast-counts = Chegaram: { $sent } · bloquearam o bot: { $blocked } · falharam: { $failed } · faltam: { $left }
admin-broadcast-done = 📣 { $code } chegou a todos a quem podia chegar.
admin-broadcast-unknown = Não há mensagem { $code } aqui.
admin-broadcast-late = Isso não dá mais para fazer com { $code }.
admin-choice-everybody = 🌍 Todos
admin-choice-chosen = ✅ { $value }
admin-choice-send = 📣 Enviar…
admin-choice-halt = ⏹ Parar de vez
admin-choice-report = 🔄 Como está indo

## Manutenção

command-vocabulary = Nomes e marcas, como se escrevem: /vocabulary
admin-vocabulary = { $count ->
    [one] Uma palavra é ouvida como está escrita aqui:
   *[other] { $count } palavras são ouvidas como estão escritas aqui:
}
admin-vocabulary-none = Ainda não conheço nenhum nome. Nomes de pessoas, marcas e produtos que são ditos nas suas gravações são ouvidos melhor quando os conheço.
admin-vocabulary-usage = Assim: /vocabulary add Rabisco, João Dória, R2-D2 · /vocabulary remove Rabisco · /vocabulary set NOME, NOME · /vocabulary clear
admin-vocabulary-full = É mais do que se pode escutar. Nada foi mudado: use os nomes que mais saem errados.
command-styles = Seus próprios estilos de legenda: /styles
admin-styles-none = Ainda não há estilos próprios.
admin-styles-usage = Mande um estilo em um arquivo .toml para adicionar. /styles show hormozi mostra um para começar, /styles remove NOME tira um dos seus.
admin-styles-removed = O estilo { $name } foi tirado. Os vídeos que o usavam terão o estilo normal.
admin-styles-unknown = Não há um estilo chamado { $name }.
admin-styles-added = O estilo { $name } já pode ser escolhido.
admin-styles-bad-name = Dê outro nome ao arquivo: letras, números e hifens, e que não seja o de um estilo nosso.
admin-styles-full = Seriam mais de { $limit } estilos. Tire um antes: /styles
command-maintenance = Não aceitar vídeos por um tempo: /maintenance on
admin-maintenance-usage = Assim: /maintenance on Voltamos às 15h, ou /maintenance off
admin-maintenance-sure = Não aceitar vídeos novos a partir de agora? Os que estão em produção e na fila continuam: { $waiting }. As pessoas leem isto, e administradores passam:
admin-maintenance-sure-all = Não aceitar vídeos novos a partir de agora, para todas as empresas daqui? Os que estão em produção e na fila continuam: { $waiting }. As pessoas leem isto, e seus administradores passam:
admin-maintenance-on = 🛠 A manutenção começou: nenhum vídeo novo é aceito. Para terminar: /maintenance off
admin-maintenance-is-on = 🛠 Em manutenção desde { $since } UTC. { $text }
admin-maintenance-is-off = Não há manutenção: os vídeos são aceitos.
admin-maintenance-off = ✅ A manutenção acabou: os vídeos são aceitos de novo.
