## Welcome and help

welcome =
    Hi! I'm Rabisco. 🖍️
    Send me a picture and I'll draw it for you on film, by hand. Send me a video in which somebody speaks and I'll give it animated captions, word by word. Send me a voice note and I'll write it down.
    Try it now: send a photo.
help =
    What I do:
    🖼️ a picture → a film of it being drawn by hand
    🗂️ several pictures at once → one film, drawn one after the other
    🎬 a video with speech → the same video with animated captions
    🎙️ a voice note or an audio file → its text

    Best quality: send pictures as a file.
    /settings how your films look
    /brand your font, colours and logo on all films
    /logo make a picture your logo
    /balance your credits
    /plans get credits
    /billing your plan and bills
    /redeem use a code
    /gift credits for somebody else
    /invite bring a friend: credits for both of you
    /link me in several chats
    /email you paid elsewhere
    /language the language I speak
    /cancel stop what I'm working on
about = Pictures drawn by hand on film, videos with animated captions, and speech written down.
not-understood = I make films out of pictures and videos, and text out of speech. Send me something! /help tells you more.
forwarded = I don't act on texts that are forwarded to me, or that another bot wrote. If you want this, write it to me yourself.
sketch-needs = Send me a picture and I'll draw it. With several at once, I draw one after the other.
caption-needs = Send me a video with speech and I'll put captions on it.
transcript-needs = Send me a voice note, an audio file or a video with speech, and I'll write down what is said.
summary-needs = Send me a voice note, an audio file or a video with speech, and I'll sum up what is said.
chapters-needs = Send me a video or a recording with speech, and I'll divide it into chapters.
command-start = Start here
command-help = What I can do
command-sketch = Draw the picture sent last
command-caption = Put captions on the video sent last
command-transcript = Write down what is said
command-summary = Sum up what is said
command-chapters = Chapters for the description of a video
command-settings = How your films look
command-brand = Your brand: font, colours and logo
command-logo = Make a picture your logo
command-balance = Your credits
command-plans = Get credits
command-billing = Your plan and bills
command-redeem = Use a code: /redeem CODE
command-gift = Give credits: /gift 50
command-invite = Invite a friend
command-link = Use me in several chats
command-email = Have you paid elsewhere? /email you@example.com
command-language = English, Português, Español
command-cancel = Stop what I'm working on
command-grant = Give credits: /grant telegram:123 10
command-stats = How the business is doing
command-promo = Promotions: /promo create CODE 50 100
command-unjoin = Take joined chats apart

## Progress

received = Got it! Having a look…
received-album = Got them! Having a look…
album-too-long = One film holds up to { $limit } pictures, so I took the first { $limit }. Send me the others after this one.
status-waiting = { $position ->
    [1] 🕐 You're next.
   *[other] 🕐 In the queue: number { $position }.
}
status-drawing = ✏️ Drawing… { $percent } %
status-listening = 👂 Listening… { $percent } %
status-captioning = 💬 Adding the captions… { $percent } %
status-summarizing = 📋 Summing up… { $percent } %
status-dividing = 🔖 Looking for chapters… { $percent } %
status-now-drawing = ✏️ I'm drawing…
status-now-listening = 👂 I'm listening…
status-now-captioning = 💬 I'm adding the captions…
status-now-summarizing = 📋 I'm summing up…
status-now-dividing = 🔖 I'm looking for chapters…
status-done = ✅ Done!
status-cancelled = ✖️ Cancelled.
status-failed = ⚠️ That didn't work. See below.
sketch-ready = Here is your drawing! ✏️
order-unknown = I can't find { $things } in pictures, so the rest comes in the order you asked for. I know people, faces, animals, vehicles, food, furniture, many things of the house, the sky and the background.
order-made = I've drawn it in exactly that order already, or I'm at it. Nothing more was charged.
order-choose = Tap the things in the order in which I shall draw them; the rest follows by itself.
order-chosen = Your order: { $order }.
order-choose-words = You can also write it: “first the dog, then the cat, the sky last”.
order-none = I can't tell single things apart in this picture. Write me what comes first: “first the dog, then the cat, the sky last”.
order-number = { $number } · { $subject }
order-number-alone = { $number }
choice-order = 🔢 Change the order
choice-ordered = ✏️ Draw it like this
choice-order-again = ↩️ Start over
caption-ready = Here is your video with captions! 💬
transcript-ready = Here is what is said. 📝
summary-ready = Here is the summary. 📋
chapters-ready = Here are the chapters, for the description of the video. 🔖
heard-groq = 👂 Language: { $spoken } · heard by Groq
heard-local = 👂 Language: { $spoken } · heard by this service itself
transcript-file-srt = The subtitles as .srt, with the times.
transcript-file-vtt = The subtitles as .vtt, with the times.
transcript-file-ass = The subtitles as .ass, with the times of the words.
transcript-file-txt = The text as a file.
caption-file-srt = The subtitles of the film as .srt, with its times.
caption-file-vtt = The subtitles of the film as .vtt, with its times.
caption-file-ass = The subtitles of the film as .ass, with its times.
sketch-file-still = The finished drawing.
sketch-file-svg = The lines of the drawing, which stay sharp at any size.
sketch-file-gif = The film as a GIF.
follow-up-running = I'm already working on that. It will be here in a moment.
film-as-file = The original file, untouched.

## Corrections

correction-how =
    { "" }
    ✏️ Reply with the lines to change, as many as you like, each with its number:
    3: the new text
    With the number alone (3:) that line goes.
correction-costs = { $credits ->
    [0] I'll make it again with your words, without listening again. It costs nothing.
    [one] I'll make it again with your words, without listening again, for 1 credit.
   *[other] I'll make it again with your words, without listening again, for { $credits } credits.
}
correction-in-file = The text is long, so here it is as a file. Each caption in it has a number: that is the number of its line.
correction-too-long = That text is too long to be corrected here. Send your corrected subtitles as an .srt file in reply to the video.
correction-no-line = There is no line { $number }: the lines go from 1 to { $last }. Nothing was changed.
correction-line-too-long = Line { $number } is too long for one line. Nothing was changed.
correction-cuts-unknown = Something was cut out of this film, and I no longer know where, so I can't tell where your subtitles belong. Tap “Correct the words” under it and write the lines by number, or make the film again and correct that one. Nothing was charged.
correction-two-languages = In this film the translation stands below each line, and I can't tell what you changed in it from what is said. Leave the translation as it is and change what is said: I translate those lines anew. Nothing was charged.
correction-empty = Then there would be no words left. Nothing was changed.
correction-unchanged = Those are the words it has already. Nothing was changed, and nothing was charged.
correction-made = I've made exactly that already, or I'm at it. Nothing more was charged.
correction-unclear = I can't tell which lines you mean. Write the number before each one, like “3: the new text”.
edit-menu = What shall I do with your film? Tap to switch on or off, then make the film. Nothing is listened to again.
edit-costs = { $credits ->
    [0] It costs nothing.
    [one] It costs 1 credit.
   *[other] It costs { $credits } credits.
}
edit-unchanged = The film is like that already. Switch something on or off first. Nothing was charged.
edit-made = I've made exactly that already, or I'm at it. Nothing more was charged.
edit-pauses = ✂️ Cut pauses and “um”
edit-zoom = 🔍 Zoom on key words
edit-bar = ▬ Progress bar
edit-emoji = 😀 Emoji above words
edit-title = 🪝 Title at the start
edit-title-text = ✏️ Write the title
edit-title-now = Its title: “{ $title }”
title-ask = Which title shall the film have over its first three seconds? Write it to me, with at most { $limit } characters. The film is then made with what is switched on. Emoji that cannot be drawn are left out.
title-too-long = That title has { $length } characters, and there is room for { $limit }. Write me a shorter one.
title-unreadable = There is no letter and no digit in that title. Write me another one.
edit-card = 🏁 Card at the end
edit-loudness = 🔊 Even loudness (-14 LUFS)
edit-track = 📄 Subtitle track in the file
edit-profanity = 🤐 Hide swear words
edit-album = 🗂️ Albums
edit-transition = 🔀 Between pictures
edit-loop = 🔁 Starts over without a jump
edit-gif = 🎞️ Also as a GIF

## Choices

choice-cancel = ✖️ Cancel
choice-again = 🔁 Again
choice-file = ⬇️ Original file
choice-style = 🎨 Style
choice-correct = ✏️ Correct the words
choice-edit = ✨ Polish
choice-title-automatic = 🎲 Choose it for me
choice-edited = 🎬 Make this film
choice-srt = ⬇️ .srt
choice-vtt = ⬇️ .vtt
choice-ass = ⬇️ .ass
choice-txt = ⬇️ .txt
choice-still = ⬇️ Picture (PNG)
choice-svg = ⬇️ Lines (SVG)
choice-gif = ⬇️ GIF
choice-subtitles = 📄 Subtitles
choice-summary = 📋 Summary
choice-chapters = 🔖 Chapters
choice-back = « Back
choice-english = English
choice-portuguese = Portuguese
choice-spanish = Spanish
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = In colour
choice-finish-marker = Marker
choice-finish-pencil = Pencil
choice-finish-lines = Only lines
board-white = Whiteboard
board-paper = Paper
board-kraft = Kraft paper
board-blackboard = Blackboard
board-green = Green board
album-scenes = One by one
album-side = Side by side
transition-eraser = Wiped by hand
transition-page = The page turns
transition-slide = Pushed aside
aspect-auto = Like the picture
aspect-16-9 = Wide (16:9)
aspect-9-16 = Tall (9:16)
aspect-1-1 = Square (1:1)
aspect-4-5 = Portrait (4:5)
resolution-auto = Like the picture
resolution-720 = 720p
resolution-1080 = 1080p (Full HD)
resolution-2160 = 2160p (4K)
hold-auto = By the length
sound-none = None
sound-auto = Of the pen
choice-spoken-auto = Detect
choice-translate-off = Off
choice-translate-own = My language
choice-switch-off = Off
choice-switch-on = On
choice-lines-translated = Translation
choice-lines-both = Both languages
language-name = { $spoken }

hand-light = 🖐🏻 Light skin
hand-medium = 🖐🏼 Medium skin
hand-tan = 🖐🏽 Tan skin
hand-brown = 🖐🏾 Brown skin
hand-dark = 🖐🏿 Dark skin
hand-light-left = 🖐🏻 Left, light
hand-medium-left = 🖐🏼 Left, medium
hand-tan-left = 🖐🏽 Left, tan
hand-brown-left = 🖐🏾 Left, brown
hand-dark-left = 🖐🏿 Left, dark
hand-none = No hand
tool-auto = Automatic
tool-marker = Marker
tool-pencil = Pencil
tool-chalk = Chalk
tool-brush = Brush
style-classic = Classic
style-pill = Pill
style-plate = Plate
style-hormozi = Hormozi
style-beast = Beast
style-karaoke = Karaoke
style-minimal = Minimal
style-neon = Neon
style-typewriter = Typewriter
style-bounce = Bouncing
style-stack = Stacked words
style-news = News bar
style-comic = Comic
style-clean = Plain subtitles
style-podcast = Podcast
style-marker = Highlighter
style-title = 🎨 { $value } ({ $position } of { $total })
style-price =
    { $credits ->
        [0] Your film in this style costs nothing.
        [one] Your film in this style costs 1 credit.
       *[other] Your film in this style costs { $credits } credits.
    }
style-previous = ◀️
style-next = ▶️
style-list = 📋 All styles
style-change-size = 🔠 Size
style-change-place = ↕️ Place
style-change-colour = 🎨 Colour
style-change-second = 🖍️ Second colour
style-film = 🎞️ See it move
style-use = ✅ Use this
style-keep = ⭐ Use for all my films
style-choose-size = How large shall the words be?
style-choose-place = Where shall the words be?
style-choose-colour = Which colour shall the spoken word have?
style-choose-second = Which colour shall words that stand out have?
style-size-small = Small
style-size-medium = Medium
style-size-large = Large
style-place-auto = As in the style
style-place-top = Top
style-place-middle = Middle
style-place-bottom = Bottom
colour-auto = As in the style
colour-white = White
colour-yellow = Yellow
colour-orange = Orange
colour-red = Red
colour-pink = Pink
colour-purple = Purple
colour-blue = Blue
colour-turquoise = Turquoise
colour-green = Green
colour-black = Black
style-making = I'm making your film again in this style: { $value }.
style-kept = Your films to come will have this style: { $value }.
style-gone = The style { $value } is no longer there, so nothing was made or changed. Choose another one.
style-made-already = Your film in this style is there already, or on its way.
brand-of-me = 🎀 Your brand, on all your films
brand-of-all = 🏢 The brand of everybody here, where they have none of their own
brand-font = Font: { $value }
brand-colour = Colour: { $value }
brand-second = Second colour: { $value }
brand-logo = Logo: set
brand-no-logo = Logo: none
brand-help-me = For a logo, send a picture with /logo under it; a PNG sent as a file keeps what is transparent. Other colours: /brand #1A2B3C #FFD60A
brand-help-all = For a logo, send a picture with /logo all under it. Other colours: /brand all #1A2B3C #FFD60A
brand-change-font = 🔤 Font
brand-change-colour = 🎨 Colour
brand-change-second = 🖍️ Second colour
brand-change-corner = 📐 Corner
brand-change-size = 🔎 Logo size
brand-remove-logo = 🗑️ Remove logo
brand-scope-all = 🏢 For everybody here
brand-scope-me = 👤 Only for me
brand-choose-font = Which font?
brand-choose-colour = Which colour for the word that is spoken?
brand-choose-second = Which colour for words that stand out?
brand-choose-corner = In which corner is the logo?
brand-choose-size = How large is the logo?
brand-corner-top-left = Top left
brand-corner-top-right = Top right
brand-corner-bottom-left = Bottom left
brand-corner-bottom-right = Bottom right
brand-usage = Like this: /brand · /brand #1A2B3C · /brand #1A2B3C #FFD60A
brand-needs-logo = Send me the picture with /logo under it, or answer a picture with /logo.
brand-logo-too-big = That picture is too big for a logo. Send one of up to 2 MB and 4096 pixels a side.
brand-logo-set = That is your logo now. It will be on your films.

## Language, settings, balance

language-choose = Which language shall I speak?
language-set = I speak English now.
settings = Your films. What do you want to change?
setting-seconds = ⏱️ Length of drawings: { $value }
setting-hand = ✍️ Hand: { $value }
setting-tool = 🖊️ Tool: { $value }
setting-finish = 🎨 Drawings end: { $value }
setting-board = 🖼️ Board: { $value }
setting-aspect = 📐 Shape: { $value }
setting-resolution = 🔎 Sharpness: { $value }
setting-hold = ⏸️ Finished drawing: { $value }
setting-album = 🗂️ Albums: { $value }
setting-transition = 🔀 Between pictures: { $value }
setting-sound = 🔊 Sound: { $value }
setting-loop = 🔁 Starts over without a jump: { $value }
setting-gif = 🎞️ Also as a GIF: { $value }
setting-drawings =
    🖌️ More about drawings: { $count ->
        [0] as usual
        [one] 1 changed
       *[other] { $count } changed
    }
setting-style = 💬 Captions: { $value }
setting-spoken = 👂 Spoken language: { $value }
setting-translate = 🌐 Translate captions: { $value }
setting-pauses = ✂️ Cut pauses and “um”: { $value }
setting-zoom = 🔍 Zoom on key words: { $value }
setting-bar = ▬ Progress bar: { $value }
setting-emoji = 😀 Emoji above words: { $value }
setting-title = 🪝 Title at the start: { $value }
setting-card = 🏁 Card at the end: { $value }
setting-lines = 🌐 Show: { $value }
setting-track = 📄 Subtitle track in the file: { $value }
setting-profanity = 🤐 Hide swear words: { $value }
setting-loudness = 🔊 Loudness of platforms: { $value }
setting-captions =
    📄 Extras of captions: { $count ->
        [0] off
        [one] 1 on
       *[other] { $count } on
    }
setting-polish =
    ✨ Polish: { $count ->
        [0] off
        [one] 1 on
       *[other] { $count } on
    }
setting-text-translate = 🌐 Translate transcripts: { $value }
setting-choose-captions = What shall the captions of all films to come have? Tap to switch on or off.
setting-choose-polish = What shall be done with all films to come? Tap to switch on or off.
setting-choose-text-translate = In which language shall texts also come, below what is said?
setting-choose-seconds = How long shall a drawing take?
setting-choose-hand = Which hand shall draw?
setting-choose-tool = What shall the hand hold?
setting-choose-finish = How shall drawings end?
setting-choose-drawings = What else shall drawings be like?
setting-choose-board = What shall be drawn on?
setting-choose-aspect = Which shape shall drawings have? Beside the picture there is more of the board.
setting-choose-resolution = How sharp shall drawings be? Larger films take longer to make and to send.
setting-choose-hold = How long shall the finished drawing be seen at the end?
setting-choose-album = How shall several pictures become one film?
setting-choose-transition = How shall one picture of an album give way to the next?
setting-choose-sound = What shall be heard while a drawing is made? Answer a picture or its film with a voice note of up to a minute, and it is drawn to that.
setting-choose-loop = Shall the board be wiped at the end, so that the film starts over without a jump?
setting-choose-gif = Shall drawings also come as a GIF, under a button?
setting-choose-style = Which captions do you like?
setting-choose-spoken = Which language is spoken in what you send?
setting-choose-translate = Which language shall captions be translated to?
setting-choose-pauses = Shall I cut long pauses and sounds like “um” out of your films?
setting-choose-zoom = Shall the picture come closer when something important is said?
setting-choose-bar = Shall a bar show how much of the film is over?
setting-choose-emoji = Shall emoji stand above some words? At most two in ten seconds.
setting-choose-title = Shall a title be shown in the first three seconds?
setting-choose-card = Shall the film end with a card with a name?
setting-choose-lines = Where shall the translation stand?
setting-choose-track = Shall the film also hold its captions as a subtitle track, which players can switch on?
setting-choose-profanity = Shall the letters of swear words be hidden, as in “s**t”? In captions and subtitles; the sound stays as it is.
setting-choose-loudness = Shall the sound be as loud as platforms play it (-14 LUFS)?
balance =
    { $available ->
        [one] You have 1 credit.
       *[other] You have { $available } credits.
    }
    Your plan gives you { $monthly } credits a month; new ones come on { $returns }.
balance-held = { $reserved ->
    [one] 1 more is held for the film I'm working on.
   *[other] { $reserved } more are held for films I'm working on.
}
balance-debt = You owe { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}: they were spent before the payment for them was taken back. What comes next pays them first.
balance-lot = · { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} until { $returns }
balance-lot-forever = · { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} without an end
balance-unmetered = You're the owner here: your films cost nothing.
price-hint = A film of up to 1 minute costs 1 credit, up to 3 minutes 2, up to 5 minutes 3.
transcript-price = Writing down speech costs 1 credit for every 10 minutes.
corrections-price = A film with corrected words costs nothing up to 1 minute, 1 credit up to 5 and 2 up to 10; a corrected text costs nothing.
summary-price = A summary costs 1 credit for every 30 minutes. If I have to listen to the recording first, the price of its transcript is added.
chapters-price = Chapters cost 1 credit for every 30 minutes. If I have to listen to the recording first, the price of its transcript is added.

## Cancelling and credits

cancel-nothing = I'm not working on anything for you right now.
cancel-done = { $count ->
    [one] Cancelled. Nothing was charged.
   *[other] { $count } jobs cancelled. Nothing was charged.
}
cancel-too-late = That one has already finished.
credits-returned = { $credits ->
    [one] Your credit is back.
   *[other] Your { $credits } credits are back.
}
nothing-charged = Nothing was charged.
goodbye = That's it: you won't hear from me any more. If you want to go on one day, just write to me.
goodbye-cancelled = { $count ->
    [one] The film I was working on is cancelled, and nothing was charged.
   *[other] The { $count } films I was working on are cancelled, and nothing was charged.
}

## The shop

plans = Credits and plans. Choose one, and I'll send you a way to pay.
plans-current = Your plan: { $plan }.
shop-closed = Nothing is sold here. Your free credits come back every month: /balance
money-in-private = Let's talk about credits in private: write to me in a chat of our own.
offer-pack = 💎 { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} · { $price }
offer-plan = 📅 { $plan }: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} a month · { $price }
offer-plan-current = ✅ { $plan }: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} a month · { $price }
offer-stars = ⭐ { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} · { $stars } Stars
offer-gone = That isn't sold any more. This is what there is:
plan-change = You already have a plan. Change it in /billing.
link-preparing = 🔗 I'm preparing your link…
link-still = I'm still preparing that link. It appears in the message above.
link-ready = Here is your link. As soon as it's paid, your credits come by themselves.
choice-pay = 💳 Pay { $price }
choice-pay-pix = 💠 Pix/card { $price }
choice-plans = 💎 Get credits
choice-billing = 🧾 My plan
invoice-title = { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}
invoice-about = { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} for films, yours as soon as it's paid.
product-plan = { $plan }: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} each month
stars-gone = This invoice is no longer valid. Ask for a new one with /plans.
stars-later = I can't check this right now. Please try again in a minute.
stars-paid = ⭐ Thank you! Here you are: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}. Your balance: { $total }.
stars-returned = Your Stars are back with you, and the credits they bought are gone.
stars-unknown = I got your Stars, but I can't find what they were for. Please tell the people who run me, with this code: { $code }

## Payments

credits-arrived = 🎉 { $credits ->
    [one] 1 credit is here.
   *[other] { $credits } credits are here.
} You have { $total } now.
choice-new-link = 🔗 New link
link-expired = ⌛ That link is over, and nothing was paid.
link-failed = I couldn't make a link for that. Please try again in a few minutes.
payment-pending = ⏳ I'm waiting for your payment of { $price }. As soon as it's here, your credits come by themselves.
payment-failed = The payment didn't come, so nothing was charged. You can try again:
payment-refunded = Your payment of { $price } was given back, in whole or in part: { $credits ->
    [one] 1 credit is
   *[other] { $credits } credits are
} gone. You have { $total }.
payment-disputed = Your payment of { $price } is disputed with your bank. Until that is decided, { $credits ->
    [one] 1 credit is
   *[other] { $credits } credits are
} set aside. You have { $total }.
payment-restored = Your payment of { $price } counts again: { $credits ->
    [one] 1 credit is
   *[other] { $credits } credits are
} back. You have { $total }.
debt-left = { $debt ->
    [one] 1 credit was
   *[other] { $debt } credits were
} spent already. They are taken from the next credits you get.
plan-began = 🎉 Your plan { $plan } has begun: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} until { $returns }.
plan-renewed = 🔄 Your plan { $plan } was renewed: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} until { $returns }.
plan-changed = ⬆️ Your plan is { $plan } now: { $credits ->
    [one] 1 more credit
   *[other] { $credits } more credits
} until { $returns }.
plan-unpaid = ⚠️ I couldn't renew your plan { $plan }: the payment didn't go through. It goes on until { $returns }; please check your card.
plan-paused = Your plan { $plan } is paused because it wasn't paid. It comes back with the payment.
plan-cancels = Your plan { $plan } is cancelled. It's yours until { $returns }.
plan-ended = Your plan { $plan } has ended. Credits you bought stay yours.
portal-ready = Here you can see your bills, change your plan or your card, or cancel. The link is good for a few minutes.
portal-away = I can't reach your bills right now. Please send /billing again in a minute.
choice-portal = 🧾 My bills

## Plan and bill

billing-nothing = You aren't paying for anything here.
billing-renews = Your plan is { $plan }. It renews on { $returns }.
billing-ends = Your plan is { $plan }. It ends on { $returns } and won't renew.
billing-past-due = ⚠️ The last payment didn't go through. Please check your card with the link.
billing-cancel = To change your plan or your card, or to cancel, open the link below. What you've paid for stays yours until then.
portal-preparing = 🔗 I'm fetching the link to your bills… (If it doesn't come, send /billing again.)
choice-extra = ➕ Extra credits
choice-extra-off = Off
choice-extra-cap = Up to { $cap } a month
extra-about = When your plan's credits are used up, I can go on and put the rest on your next bill: { $price } a credit, never more than you allow here.
extra-on = Now: up to { $cap } credits a month.
extra-off = Now: off.
extra-used = Used beyond the plan in this period: { $credits ->
    [one] one credit
   *[other] { $credits } credits
}, { $price } on your next bill.
extra-lent = ➕ This film goes beyond your plan: { $credits ->
    [one] one credit
   *[other] { $credits } credits
}, { $price } on your next bill.
invoice-extra = { $credits ->
    [one] One credit beyond your plan (film { $job })
   *[other] { $credits } credits beyond your plan (film { $job })
}
extra-none = There is no plan of yours that could go further. See /plans.

## Codes

redeem-usage = Like this: /redeem CODE
redeem-done = 🎁 Here you are: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}. Your balance: { $total }.
redeem-pending = 🎁 You're invited: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} are waiting for you. They come with your first film from a network that isn't your friend's, or with your first purchase.
redeem-unknown = That code isn't valid, or it has ended.
redeem-used = You've already used that code.
redeem-own = That's your own invitation. Give it to a friend!
redeem-not-new = Invitations are for people who are new here.
gift-usage = Like this: /gift 50. I turn credits you've bought into a code for somebody else.
gift-too-few = You don't have that many bought credits. Free ones can't be given away.
gift-done = 🎁 { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}, for whoever sends me this first: /redeem { $code }
gift-until = The code works until { $returns }.
invite = Give this to a friend: /redeem { $code }. They get { $invited } credits, and you get { $inviter }, with their first film from a network of their own, or their first purchase.
invite-so-far = { $count ->
    [0] Nobody has come with it yet.
    [one] 1 friend has come with it.
   *[other] { $count } friends have come with it.
}
invite-credits = 🎁 An invitation has brought you { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}. Thank you!
invite-closed = There are no invitations at the moment.
promo-usage = Like this: /promo create CODE credits uses [days], /promo list, /promo stop CODE
promo-done = { $code } gives { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
} to { $uses ->
    [one] 1 person
   *[other] { $uses } people
}.
promo-taken = There already is a code { $code }.
promo-stopped = { $code } has ended.
promo-unknown = There is no code { $code } that could be ended.
promo-line = { $code }: { $credits ->
    [one] 1 credit
   *[other] { $credits } credits
}, used { $uses } times, { $left } left
promo-none = There are no promotions.

## Questions

subtitles-no-video = I have the subtitles, but no video to put them on. Send the video first, then the subtitles.

## Administrators

grant-usage = Like this: /grant telegram:123456 10
grant-unknown = I don't know anybody called { $who }. They have to write to me first.
grant-done = { $who } got { $credits } credits and has { $available } now.

## Failures

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = That file is empty. Please send it again.
error-file-too-big = That file is too big: I can take up to { $limit } MB here. Send a smaller or shorter one.
too-big-here = Or send it on my page, which takes larger ones: { $page }
error-not-media = That isn't a picture, a video or a recording. Send me a photo (JPEG, PNG, WebP, HEIC…), a video (MP4, MOV, WebM…) or a voice note.
error-format-not-supported = I can't open that kind of file. Send a JPEG or PNG picture, or an MP4 video.
error-broken-file = That file is damaged: I can't open it. Please send it again, or send another one.
error-too-many-pixels = That picture is too large: I can take up to { $limit } megapixels. Please make it smaller.
error-too-few-pixels = That picture is too small: it must have at least { $limit } pixels on each side.
error-too-narrow = That picture is too narrow: the longer side may be at most { $limit } times the shorter.
error-too-long = That is too long: I can take up to { $limit ->
    [one] 1 second
   *[other] { $limit } seconds
}. Please cut it and send a part.
error-too-many-frames = That video has too many frames a second: I can take up to { $limit }.
error-too-many-streams = That video holds too many tracks: I can take up to { $limit }. Export it with one picture and one sound track.
error-nothing-to-draw = I see nothing in that picture to draw: it is one flat colour. Please send another one.
error-no-picture = There is no moving picture in that file. Send a video, or a photo to be drawn.
error-too-heavy = That file is too much work for me. Please send a smaller or shorter one.
error-message-unreadable = WhatsApp hasn't given me that message, as happens with view-once ones. Please send it again as a normal message.
error-paid-media = That has to be paid for before it can be seen, so I can't open it. Send me the picture or video itself.
error-anonymous-sender = I can't tell who you are while you write as the group or a channel. Write as yourself, and I'll answer.
error-no-audio = There is no sound in that, so there is nothing to listen to.
error-audio-not-supported = I can't decode the sound of that file. Export it with AAC sound, as an MP4, and send it again.
error-no-speech = I hear nobody speaking in that. Send something with clear speech. For captions you can also send the subtitles as an .srt file right after the video.
error-speech-unclear = I can't make out clearly enough what is said. Try a recording with less noise. For captions you can also send the subtitles as an .srt file.
error-language-unclear = I can't tell which language is spoken in it. Which one is it?
error-language-not-heard = I don't know that language.
error-speech-service-down = The service that listens to speech isn't answering. Please try again in a few minutes.
error-text-service-down = The service for translations, summaries and chapters has no usable answer at the moment. Please try again in a few minutes. Captions can be made without translation: /settings.
error-chat-model-missing = Summaries, chapters and translations are not available here. Captions can be made without translation: /settings.
error-text-too-long = That is more text than I can sum up or divide. Please send a shorter recording.
error-chapters-not-found = I couldn't divide this into chapters. YouTube takes at least three, of 10 seconds or more each, so the recording has to be at least half a minute long and about more than one subject.
error-subtitles-unreadable = I can't read those subtitles. Send them as an .srt or .vtt file.
error-title-too-long = That title has { $length } characters, and there is room for { $limit }. Send the picture again with a shorter one.
error-title-unreadable = There is no letter and no digit in that title. Send the picture again with other words.
error-script-not-drawn = I don't have letters yet for the script in those captions. Send subtitles in another script, or another video.
error-style-unreadable = I can't read line { $line } of that style file. It has to be a TOML file of up to 20 kB: /styles show hormozi shows one.
error-style-field-missing = Something is missing in the style file: { $field }
error-style-field-unknown = The style file has a field that there is not: { $field }
error-style-value-invalid = The style file is not right at { $field }. Allowed there: { $allowed }
error-not-enough-credits =
    { $available ->
        [0] You have no credits left
        [one] You have 1 credit left
       *[other] You have { $available } credits left
    }, and this film costs { $cost }. New ones come on { $returns }.
error-debt = A payment of yours went back after { $debt ->
    [one] 1 of its credits was
   *[other] { $debt } of its credits were
} spent. Get credits, and I'll go on.
error-too-many-waiting = { $limit ->
    [one] I'm still working on 1 film for you.
   *[other] I'm still working on { $limit } films for you.
} Send this again when one is done, or /cancel.
error-too-fast = That was a lot of messages. Give me a minute to catch up, then go on.
error-plan-limit = Your plan makes results of up to { $limit } seconds. Send something shorter.
error-plan-size = Your plan takes files of up to { $limit } MB for one film. Send a smaller one.
error-plan-storage = I keep up to { $limit } MB of what you send, and have that already. It's deleted after a day: send this again then, or see /plans.
error-plan-language = Your plan doesn't include speech in that language. Choose another language or another plan.
error-maintenance = 🛠 I'm being worked on and take nothing new for the moment. What is being made already still arrives.
error-paused = I'm closed at the moment and make no new films.
error-tenant-busy = Too many films are waiting here right now. Try again in a few minutes.
error-tenant-full = I'm full at the moment and can't take anything new. The people who run me can change that.
error-not-found = I can't find that any more.
error-film-too-big = The finished film is bigger than { $limit } MB and doesn't fit into this chat. Send a shorter or smaller one.
error-file-gone = I've already deleted that file, as I do after a day. Please send it again.
error-file-expired = That file can't be fetched from this messenger any more. Please send it again.
error-film-lost = Your film was finished, but it got lost before I could bring it to you.
error-disk-full = I've run out of space right now. Please try again a little later.
error-crashed = Something broke while I was making your film. I've noted it. Please try once more or send another file.
error-usage = That command isn't used like that.
error-unexpected = Something went wrong on my side. I've noted it. Please try again.

## For administrators

disk-low = ⚠️ The disk of { $name } is almost full: { $free } GB free, and { $limit } GB are needed. New films wait until there is room. Please free some space.
disk-well = ✅ The disk of { $name } has room again: { $free } GB free. Films are being made.
billing-drift = ⚠️ { $count ->
    [one] 1 payment of the last two days isn't
   *[other] { $count } payments of the last two days aren't
} the same at the provider and in the books. I'm mending what I can; please look at the log (billing-drift).
billing-well = ✅ The payments of the last two days are the same at the provider and in the books.

# One person, many chats

link-in-private = Codes are between you and me: write to me in a chat of our own.
link-code = Write this in your other chat with me, within ten minutes:
    /link { $code }
    Then both are one: the same credits, the same plan. Give the code to nobody else.
link-unknown = There's no such code, or its ten minutes are over. Send /link in your other chat for a new one.
link-same = These two chats are one already.
link-sure = Join this chat ({ $here }) with that of { $there }?
link-warning = From then on both have the same credits, the same plan and the same films, and either can spend them. Do it only if both chats are your own: whoever sent you a code of theirs would have what is yours.
link-role = A chat of somebody on the team is never joined with another: the other one would be on the team too.
link-done = 🔗 Your chats are one now. Your balance: { $total }. They are { $here } and { $there }. If this wasn't you, tell us the number { $code }.
code-too-many = That's three codes within an hour. Please try again in an hour.
code-wrong = { $count ->
    [one] That's not the code. You have one try left.
   *[other] That's not the code. You have { $count } tries left.
}
code-exhausted = That was wrong five times. Please ask for a new code.
code-unknown = There's no code to type, or its ten minutes are over. Please ask for a new one.
email-closed = E-mail addresses aren't used here. To join two chats: /link
email-usage = Have you paid elsewhere? Send the e-mail address you paid with: /email you@example.com
email-sent = ✉️ A letter with six digits is on its way to that address. Type them here within ten minutes.
email-searching = That's right. Looking for what you've paid…
email-later = That's right, but I can't look up payments just now. I'll write as soon as I can.
email-none = Nothing was paid with that address. With another one: /email you@example.com
email-linked = ✅ I found you. There's no plan running at the moment.
email-linked-plan = ✅ I found you. Your plan here is { $plan }. On { $returns } I'll ask for your e-mail address once more.
email-choose = Several accounts have that address. Which one is it?
email-gone = That's over. Please begin again: /email you@example.com
email-over = Thirty days have passed. To go on with your plan, prove your e-mail address once more: /email you@example.com
customer-plan = { $plan }, until { $returns }
customer-unnamed = No plan (…{ $name })
letter-code-subject = { $code } is your code for Rabisco
letter-code = Your code for Rabisco: { $code }

    Type it where you were asked for it, within { $minutes } minutes. Nobody of ours will ever ask you for it.
    If you asked for nothing, there's nothing to do.
letter-not-sent = The letter couldn't be sent. Please look at the address, or try again later.
unjoin-usage = To take two chats apart: /unjoin and the number. The latest ones:
unjoin-line = { $code }: { $source } → { $target }
unjoin-unknown = Nothing is joined under { $code }.
unjoin-done = Taken apart: { $code }. { $credits ->
    [one] One credit went back.
   *[other] { $credits } credits went back.
}
unjoin-later = That can't be undone now: it was undone before, or that person was joined to another since. Undo that first.

## WhatsApp numbers

command-whatsapp = Numbers on WhatsApp: /whatsapp pair
whatsapp-usage =
    /whatsapp pair · a code to scan with the phone
    /whatsapp pair 5511987654321 · a code to type into that phone
    /whatsapp restart NAME · connect anew
    /whatsapp remove NAME · let a number go
whatsapp-none = There is no WhatsApp number here yet.
whatsapp-line = { $name }: { $value }
whatsapp-unknown = There is no number called { $name }. /whatsapp shows them all.
whatsapp-bad-number = That is no phone number. Write it with its country code, like this: /whatsapp pair 5511987654321
whatsapp-preparing = 📱 Getting a code… If none comes within a minute, WhatsApp is not running on the server: start it with “rabisco whatsapp” or “rabisco up --whatsapp”.
whatsapp-scan = 📱 Take the phone whose number is to be the bot. In WhatsApp open Settings → Linked devices → Link a device, and scan this. A new code comes every 20 seconds.
whatsapp-no-camera = Without a camera: /whatsapp pair and the phone's number with its country code.
whatsapp-type = 📱 On the phone +{ $number } open WhatsApp → Settings → Linked devices → Link a device → Link with phone number instead, and type: { $code }
whatsapp-paired = ⏳ The phone agreed. Connecting…
whatsapp-connected = ✅ +{ $number } is online. Write to it from another phone!
whatsapp-timeout = ⌛ Nobody used the code in time. /whatsapp pair gives a new one.
whatsapp-refused = ⚠️ WhatsApp did not link this phone. Update WhatsApp on it, wait a few minutes, and try again with /whatsapp pair.
whatsapp-taken = This number is connected here already. /whatsapp shows it.
whatsapp-unreachable = ⚠️ WhatsApp cannot be reached at the moment. I keep trying.
whatsapp-stopped = ✖️ The code is no longer valid. /whatsapp pair gives a new one.
whatsapp-restarting = 🔄 Connecting { $name } anew. /whatsapp shows how it goes.
whatsapp-remove-sure = Let { $name } go? It is taken off the phone's linked devices, and who writes to it gets no answer any more.
choice-whatsapp-remove = 🗑️ Yes, remove
whatsapp-removed = 🗑️ { $name } is gone.
whatsapp-alert = ⚠️ WhatsApp { $name } stands still.
whatsapp-relief = ✅ WhatsApp { $name } is online again.
whatsapp-state-new = not paired yet. /whatsapp pair gives a code for a phone.
whatsapp-state-qr = its code is being shown. Scan it with the phone.
whatsapp-state-pairing = the phone has agreed and is handing over. Keep it online.
whatsapp-state-online = ✅ online.
whatsapp-state-reconnecting = 🔄 connecting. If it takes long, look whether the server is online and WhatsApp is running there.
whatsapp-state-logged-out = the phone has logged it out. Pair it again: /whatsapp restart { $name }
whatsapp-state-banned = WhatsApp has banned this number. Open WhatsApp on the phone and ask for a review; nothing is sent until then. Afterwards: /whatsapp restart { $name }
whatsapp-state-banned-until = WhatsApp has banned this number until { $until }. Nothing is sent before, and it goes on by itself then. Do not use it elsewhere for bots.
whatsapp-state-replaced = the same session is in use in another program. End that one, then: /whatsapp restart { $name }
whatsapp-state-outdated = WhatsApp no longer accepts this version. Update Rabisco and start it again.
whatsapp-detail-unreachable = 🔄 WhatsApp cannot be reached. Look at the server's network; I keep trying.
whatsapp-detail-stuck = 🔄 WhatsApp was reached and does not answer. I keep trying in a process of its own.
whatsapp-detail-timeout = nobody used its code in time. /whatsapp pair gives a new one.
whatsapp-detail-refused = WhatsApp did not link the phone. Update WhatsApp on it and try /whatsapp pair again in a few minutes.
whatsapp-detail-taken = that phone's number is connected here already. /whatsapp pair for another phone.
whatsapp-detail-damaged = its session file cannot be read. On the server: rabisco restore --whatsapp { $name }, or pair it again: /whatsapp restart { $name }

## The team's commands

admin-in-private = For that, write to me in a private chat: others read along here.
admin-choice-do = ✅ Yes, do it
admin-do-gone = Nothing was done: that question is over, or it was for somebody else. Send the command again.
banned = You can't use me any more. If you think that's a mistake, write to the people who run me.
amount = { $price }
amount-stars = { $stars } ⭐
film-again = I'm making your film once more. It costs you nothing.
command-users = Find people: /users ana
command-user = Somebody's films, credits and payments: /user ID
command-usage = What films cost and what they earned
command-role = Who helps: /role ID admin|support|none
command-ban = Shut somebody out: /ban ID
command-unban = Let somebody in again: /unban ID
command-revoke = Take credits away: /revoke ID 10
command-refund = Give money back: /refund PAYMENT 12.50
command-price = What the price file says, and what Stripe has
command-queue = What is being made and what waits
command-workers = Who makes the films
command-job = How a film stands: /job ID
command-retry = Make a film again for free: /retry ID
command-canceljob = Stop a film: /canceljob ID
help-line = /{ $name } – { $value }
admin-choice-back = ⬅️ Back
admin-choice-next = ➡️ More
admin-choice-ban = 🚫 Ban
admin-choice-unban = Unban
admin-choice-person = 👤 Whose it is
admin-choice-retry = 🔁 Make again
admin-choice-stop = ✖️ Stop it
admin-choice-days = { $days ->
    [1] Last 24 hours
   *[other] Last { $days } days
}
admin-users = People: { $total }. Page { $page } of { $pages }.
admin-users-line = { $name } · { $who }
admin-user-usage = Like this: /user telegram:123456, and to note something: /user telegram:123456 paid in cash
admin-user = { $name } · { $who } · { $code }
admin-user-joined = Also: { $who }
admin-user-since = Since { $returns } · language { $language } · plan { $plan }
admin-user-role = Role: { $role }
admin-user-banned = 🚫 Banned on { $returns }
admin-user-unmetered = Credits: films cost nothing
admin-user-credits = Credits: { $available } · held { $reserved } · owed { $debt }
admin-user-films = Films: done { $done } · failed { $failed } · cancelled { $cancelled } · waiting { $queued } · being made { $running }
admin-user-paid = Payment { $code }: { $value } for { $item } by { $provider }, { $returns }
admin-user-note = 📝 { $returns }: { $text }
admin-user-job = { $kind } { $code } · { $value }
admin-role-usage = Like this: /role telegram:123456 support. The roles: admin, support, none.
admin-role-line = { $role }: { $who } { $name }
admin-role-above = That's only for somebody with a role above theirs, and above the one that is given.
admin-role-done = { $who } has a new role: { $role }.
admin-role-sure = { $who } also writes from { $others }. Whoever writes there will have the role { $role } too. Give it?
admin-ban-usage = Like this: /ban telegram:123456
admin-ban-sure = Ban { $who } ({ $name })? Whatever they write is answered with one sentence, and nothing else. Films that stop: { $count }; their credits go back.
admin-ban-done = 🚫 { $who } is banned. Films stopped: { $count }. Take it back with /unban { $who }
admin-unban-usage = Like this: /unban telegram:123456
admin-unban-done = { $who } can use me again.
admin-revoke-usage = Like this: /revoke telegram:123456 10
admin-revoke-sure = Take { $credits } of { $available } credits from { $who }?
admin-revoke-done = Credits taken from { $who }: { $credits }. Left: { $available }.
admin-refund-usage = Like this: /refund 0a1b2c3d for all of it, or /refund 0a1b2c3d 12.50. /user shows the payments.
admin-refund-unknown = There is no payment { $code }. /user shows somebody's payments.
admin-refund-free = Nothing was paid for that: there is nothing to give back.
admin-refund-gone = All of that payment has gone back already.
admin-refund-amount = That amount can't go back: it is none, or more than is left of the payment.
admin-refund-stars = Telegram gives Stars back only all at once: leave the amount out.
admin-refund-sure = Give { $value } of payment { $code } back to { $who } by { $provider }?
admin-refund-credits = The same share of the credits it brought is taken; what is spent already is owed. It can't be undone.
admin-refund-plan = The plan goes on: the person ends it in /billing, or you at Stripe.
admin-refund-asked = Giving { $value } of payment { $code } back… I'll tell you when it's done.
admin-refund-done = ✅ { $value } of payment { $code } is on its way back.
admin-refund-refused = ⚠️ { $value } of payment { $code } did not go back: { $reason }
admin-price-plan = Plan { $name }: credits a month { $monthly } · longest film { $seconds } s · waiting at most { $limit }
admin-price-item = { $item } · credits { $credits } · { $value }
admin-price-unsold = No Stripe account is set here, so there is nothing to compare.
admin-price-comparing = Comparing with Stripe…
admin-price-missing = ⚠️ Stripe has no price { $name }.
admin-price-wrong = ⚠️ Stripe has another amount for { $name }.
admin-price-portal = ⚠️ Plans can't be changed in { $currency } in the customer portal.
admin-price-sync = To bring Stripe in line, on the server: rabisco stripe sync
admin-price-well = ✅ Stripe has all prices as the file says: { $count }
admin-queue = Waiting: { $queued } · being made: { $running } · longest wait: { $wait } min
admin-queue-line = { $kind } { $code } · { $value } · { $percent } % · { $wait } min
admin-workers-line = 👷 { $name }: since { $since }, seen { $seen } s ago, works on { $jobs }
admin-workers-none = ⚠️ No worker was seen in the last 10 minutes: nothing is being made. On the server: rabisco worker
admin-job-usage = Like this: /job 0a1b2c3d, the code people see under an error.
admin-job-unknown = There is no film { $code } here.
admin-status-queued = waiting
admin-status-running = being made
admin-status-done = done
admin-status-failed = failed
admin-status-cancelled = cancelled
admin-job = { $kind } { $code } · { $value } · { $percent } %
admin-job-person = For { $who } ({ $name })
admin-job-times = Came { $came } · begun { $began } · ended { $ended } (UTC)
admin-job-cost = Credits: { $credits } · tries: { $attempts } · processor: { $seconds } s · Groq: { $minutes } min heard, { $read } tokens read, { $written } written, US$ { $usd }
admin-job-code = Why it failed: { $code }
admin-retry-usage = Like this: /retry 0a1b2c3d
admin-retry-not = { $code } did not fail, or is being made again already.
admin-retry-gone = The files of { $code } are deleted. The person has to send them again.
admin-retry-done = 🔁 Made once more, at no cost to the person: { $code }
admin-canceljob-usage = Like this: /canceljob 0a1b2c3d
admin-canceljob-late = { $code } has ended already.
admin-canceljob-done = ✖️ { $code } is stopped. Credits that went back: { $credits }
admin-stats-usage = Like this: /stats, /stats 7 or /stats 30
admin-stats-people = { $days ->
    [1] Last 24 hours
   *[other] Last { $days } days
}: messages { $updates } · new people { $new } · people who ordered films { $people }
admin-stats-now = Now: waiting { $queued } · being made { $running }
admin-stats-sketch = ✏️ Drawings: done { $done } · failed { $failed } · cancelled { $cancelled }
admin-stats-caption = 💬 Captions: done { $done } · failed { $failed } · cancelled { $cancelled }
admin-stats-transcript = 📝 Transcripts: done { $done } · failed { $failed } · cancelled { $cancelled }
admin-stats-summary = 📋 Summaries: done { $done } · failed { $failed } · cancelled { $cancelled }
admin-stats-chapters = 🔖 Chapters: done { $done } · failed { $failed } · cancelled { $cancelled }
admin-stats-none = No film came to an end.
admin-stats-waits = From message to film: half within { $half } s, 95 % within { $most } s
admin-stats-paid = 💰 Came in: { $value }
admin-stats-credits = Credits: sold { $sold } · used { $used }
admin-stats-chart = { $days ->
    [1] Films by hour
   *[other] Films by day
}
admin-stats-chart-done = done
admin-stats-chart-failed = failed
admin-usage-usage = Like this: /usage, /usage 7 or /usage 1
admin-usage = { $days ->
    [1] Last 24 hours
   *[other] Last { $days } days
}: what films cost
admin-usage-cost = By Groq: { $minutes } min heard, { $read } tokens read, { $written } written, { $price } · on this machine: { $local } min · processor: { $seconds } s · credits spent: { $spent }
admin-usage-earned = At what credits were sold for, that is { $value }
admin-usage-paid = 💰 Came in: { $value }

## Backups

command-backup = Make a backup
admin-backup-begun = A backup is being made. I write again when it is done.
admin-backup-wanted = A backup is being made already.
admin-backup-first = It is the first one.
admin-backup-last = The last one: { $name }, { $when }
admin-backup-made = 💾 The backup { $name } is made and was read back: { $size } MB. There are { $kept } in all. It opens with your SECRET_KEY alone, so keep that in another place too.
admin-backup-missing = Not in it: { $what }.
admin-backup-failed = ⚠️ No backup could be made ({ $error }). Nothing is lost; `rabisco doctor` on the server says what to mend.

## What administrators are told: alarms, the morning's report

alert-workers = ⚠️ { $gone ->
    [one] A worker has fallen silent
   *[other] { $gone } workers have fallen silent
} and nobody came in the place of it. { $workers ->
    [0] No worker is left: films wait.
    [one] 1 worker is left.
   *[other] { $workers } workers are left.
} Please look whether the process runs and start it again.
relief-workers = ✅ { $workers ->
    [one] 1 worker is
   *[other] { $workers } workers are
} at work, and none is missing.
alert-queue = ⚠️ The queue grows: { $queued ->
    [one] 1 film waits
   *[other] { $queued } films wait
}, the first one for { $minutes } min. More workers would help: WORKERS, or another worker process.
relief-queue = ✅ The queue moves again: { $queued ->
    [one] 1 film waits
   *[other] { $queued } films wait
}.
alert-errors = ⚠️ Too much goes wrong. In the last 15 minutes { $broken } of { $ended } films failed through our fault, and the logs tell of { $faults } errors. /logs shows which.
relief-errors = ✅ Films succeed again: { $broken } of { $ended } failed in the last 15 minutes.
alert-sweeper = ⚠️ Lost jobs are not looked for any more ({ $stalled }). Please start the workers again.
relief-sweeper = ✅ Lost jobs are looked for again.
alert-payments = ⚠️ Payments are in trouble. Not yet looked into: { $news }; links that could not be made: { $links }; failed in the last hour: { $unpaid }. Please look at Stripe's status, and at “rabisco doctor”.
relief-payments = ✅ Payments work again.
alert-numbers = ⚠️ { $unseen ->
    [one] A WhatsApp number is
   *[other] { $unseen } WhatsApp numbers are
} run by nobody. Please look whether “rabisco whatsapp” is running.
relief-numbers = ✅ All WhatsApp numbers are being run.
disk-filling = ⚠️ The disk of { $name } fills up: { $percent } % are in use, { $free } GB free. Below { $limit } GB films would wait.
disk-roomy = ✅ The disk of { $name } has room: { $percent } % are in use.
report = 📋 { $returns }
report-people = 👥 { $active ->
    [one] 1 person
   *[other] { $active } people
} ordered films; { $new ->
    [one] 1 is
   *[other] { $new } are
} new.
sketch-report = ✏️ Drawings: { $many }
caption-report = 💬 Captions: { $many }
transcript-report = 📝 Transcripts: { $many }
summary-report = 📋 Summaries: { $many }
chapters-report = 🔖 Chapters: { $many }
report-failed = ⚠️ Failed: { $failed }
report-times = ⏱️ From message to film: { $middle } s, for one in twenty more than { $slow } s
report-revenue = 💰 { $price }
report-stars = ⭐ { $stars } Stars
report-no-revenue = 💰 Nothing was sold.
report-elsewhere = 🏢 Films of other businesses: { $many }
report-fault = 🐞 { $event }: { $many } times, last { $name }. See /logs
report-fault-unnamed = 🐞 { $event }: { $many } times. See /logs
report-queue = ⏳ Now waiting: { $queued }, the first for { $minutes } min
report-disk = 💾 { $name }: { $percent } % of the disk in use

## What administrators ask: /health, /logs

command-health = How the house is doing
command-logs = What broke lately: /logs CODE
admin-health-well = ✅ All is well.
admin-health-amiss = ⚠️ Not all is well.
admin-health-queue = { $mark } Queue: { $queued } waiting, the first for { $minutes } min
admin-health-workers = { $mark } Workers: { $workers }
admin-health-outbox = { $mark } Messages not sent yet: { $owed }, the oldest { $minutes } min old
admin-health-payments = { $mark } News of payments: { $waiting } not looked into, the oldest { $minutes } min old
admin-health-numbers = { $mark } WhatsApp: { $online } of { $numbers } online
admin-health-service = { $mark } { $name }: answers in { $seconds } s
admin-health-service-amiss = { $mark } { $name }: { $reason }
admin-health-disk = { $mark } Disk of { $name }: { $percent } % in use, { $free } GB free
admin-health-faults = { $mark } Errors in the last 24 hours: { $count }
admin-logs-none = ✅ Nothing broke in the last 7 days.
admin-logs = What broke in the last 7 days, the latest first. /logs and the name at the end of a line tells more.
admin-logs-line = { $count }× { $event } · { $at } · { $name }
admin-logs-unknown = Nothing that broke is called { $name }. The name is what stands after the code: (CRASHED · 1a2b3c4d)
admin-logs-fault = 🐞 { $event } · { $at } · { $process }
admin-logs-kind = { $kind }
admin-logs-trace = { $trace }

## Businesses

command-tenant = The businesses here: /tenant create NAME
tenant-paused = I'm closed at the moment. Please come back later.
tenant-paused-operator = ⏸ This bot is paused by the operator: people read that it is closed, and no films are made. Ask the operator.
tenant-paused-lapsed = ⏸ This bot is paused because its subscription is over. Once its owner has a plan with the operator again, it goes on by itself.
tenant-paused-removed = ⏸ This bot is being removed. Only the operator can still take that back.
tenant-lapsed = ⏸ Your plan is over, so the bots of { $name } are paused: people read that they are closed, and no films are made. Take a plan with /plans and they go on by themselves.
tenant-resumed = ▶️ The bots of { $name } are at work again.
tenant-stopped = ⏸ The operator has paused the bots of { $name }. Ask them if you don't know why.
admin-tenants = Businesses: { $count }
admin-tenant-usage = /tenant create NAME · show NAME · invite NAME · pause NAME · resume NAME · remove NAME · limits NAME waiting=50 people=1000 storage=20000 · token NAME TOKEN · pair NAME
admin-tenant-owner-usage = A bot on Telegram: make one at @BotFather and write /tenant token 123456:ABC… here. A number on WhatsApp: /tenant pair. A code that makes another chat its owner's: /tenant invite
admin-tenant-name = A name is 2 to 30 letters from a to z, digits and hyphens, like this: /tenant create bakery
admin-tenant-there = There is a business called { $name } already.
admin-tenant-unknown = There is no business called { $name }.
admin-tenant-made = ✅ { $name } is there. Its owner writes this to me here, once, within { $days } days:
admin-tenant-invited = Who writes this to me here, once, within { $days } days, becomes the owner of { $name }. Written in one of its own chats it makes that chat its owner's:
admin-tenant-no-code = That code is not valid here, or not any more. Ask for another.
admin-tenant-linked = This chat is joined with { $others }: whoever writes there would be the owner too. Have an administrator take them apart with /unjoin, and write this again.
admin-tenant-here = ✅ You're an owner here now. /help shows what you can do.
admin-tenant-yours = ✅ { $name } is yours. What you pay here with /plans keeps it open.
admin-tenant-first = Now give it a bot on Telegram: make one at @BotFather and write /tenant token 123456:ABC… here. Or connect a number on WhatsApp: /tenant pair
admin-tenant-line = { $name } · { $value }
admin-tenant-state-open = open
admin-tenant-state-operator = paused
admin-tenant-state-lapsed = paused: not paid for
admin-tenant-state-removed = removed; its data are deleted on { $returns }
admin-tenant-owner = Owner: { $who }
admin-tenant-people = People: { $used } of { $limit }
admin-tenant-waiting = Films waiting: { $used } of { $limit }
admin-tenant-storage = Files: { $used } MB of { $limit }
admin-tenant-mute = It has no bot and no number yet.
admin-tenant-bot = Telegram { $name }: { $value }
admin-bot-new = being looked at
admin-bot-live = at work
admin-bot-bad-token = Telegram doesn't accept its token
admin-bot-busy = another program receives its messages
admin-bot-deaf = receives nothing for now
admin-tenant-pause-sure = Pause { $name }? Its bots answer everybody with one sentence and take no films. People: { $people }. Films that still arrive: { $waiting }.
admin-tenant-paused = ⏸ { $name } is paused.
admin-tenant-open-already = { $name } is open.
admin-tenant-resumed = ▶️ { $name } is open again.
admin-tenant-limits-usage = Like this: /tenant limits bakery waiting=50 people=1000 storage=20000 (megabytes). With none there is no limit: people=none
admin-tenant-remove-sure = Remove { $name }? Its bots close at once. In { $days } days its people ({ $people }), credits, payments, notes and files ({ $size } MB) are deleted for good. Until then /tenant resume brings it back.
admin-tenant-removed = 🗑 { $name } is closed. Its data are deleted on { $returns }. Take it back with /tenant resume { $name }
admin-tenant-token-usage = Like this: /tenant token 123456:ABC…, the whole token as @BotFather shows it. With several businesses put the name before it.
admin-tenant-token-taken = That bot works here for another business already. Every business needs a bot of its own.
admin-tenant-token-many = A business may have { $limit } bots at most.
admin-tenant-token-kept = 🔑 The token is kept sealed. The bot of { $name } answers in a minute or two; I write to you when it does.
admin-tenant-token-erased = I'm deleting your message with the token from this chat.
admin-tenant-token-erase = Now delete your message with the token from this chat: whoever reads it has the bot.
admin-tenant-bot-live = ✅ { $name } is live: https://t.me/{ $username }
admin-tenant-bot-refused = ⚠️ The bot of { $name } can't be used: { $value }. Bring a valid token with /tenant token
admin-choice-pause = ⏸ Pause
admin-choice-resume = ▶️ Go on
admin-choice-remove = 🗑 Remove

## News to everybody

command-broadcast = Write to everybody: /broadcast TEXT
admin-broadcast-usage = Write the text behind the command: /broadcast We draw in colour now! First you see it, and whom it would reach.
admin-broadcast-long = That's too long: at most { $limit } characters.
admin-broadcast-preview = 👀 Above is what people will read. It would reach: { $people }
admin-broadcast-language = { $name }: { $people }
admin-broadcast-whatsapp = Left out on WhatsApp: { $people }. WhatsApp bans numbers that write to people who have not just written to them.
admin-broadcast-unreachable = Left out because they have blocked the bot or want to hear nothing: { $people }
admin-broadcast-only-whatsapp = That can't be sent. Your people are on WhatsApp, and WhatsApp bans numbers that write to people who have not just written to them.
admin-broadcast-nobody = There is nobody it could reach.
admin-broadcast-sure = Send it to { $people } people? That takes about { $minutes } min; films go first. It can be paused and stopped, but what has arrived stays.
admin-broadcast-begun = 📣 { $code } is on its way.
admin-broadcast-list = What was written to everybody, newest first:
admin-broadcast-line = { $code } · { $value } · { $when }
admin-broadcast-state-draft = not sent
admin-broadcast-state-sending = being sent
admin-broadcast-state-paused = paused
admin-broadcast-state-stopped = stopped
admin-broadcast-state-done = sent
admin-broadcast-counts = Arrived: { $sent } · have blocked the bot: { $blocked } · failed: { $failed } · to go: { $left }
admin-broadcast-done = 📣 { $code } has reached everybody it could.
admin-broadcast-unknown = There is no message { $code } here.
admin-broadcast-late = That can't be done with { $code } any more.
admin-choice-everybody = 🌍 Everybody
admin-choice-chosen = ✅ { $value }
admin-choice-send = 📣 Send…
admin-choice-halt = ⏹ Stop for good
admin-choice-report = 🔄 How it goes

## Maintenance

command-vocabulary = Names and brands, as they are spelled: /vocabulary
admin-vocabulary = { $count ->
    [one] One word is heard as it is spelled here:
   *[other] { $count } words are heard as they are spelled here:
}
admin-vocabulary-none = No names are known yet. Names of people, brands and products that are spoken in your recordings are heard better when they are known.
admin-vocabulary-usage = Like this: /vocabulary add Rabisco, João Dória, R2-D2 · /vocabulary remove Rabisco · /vocabulary set NAME, NAME · /vocabulary clear
admin-vocabulary-full = That is more than can be listened for. Nothing was changed: take the names that are heard wrong most often.
command-styles = Your own caption styles: /styles
admin-styles-none = There are no styles of your own yet.
admin-styles-usage = Send a style as a .toml file to add it. /styles show hormozi shows one to begin with, /styles remove NAME removes one of yours.
admin-styles-removed = The style { $name } is removed. Films that had it get the usual one from now on.
admin-styles-unknown = There is no style called { $name }.
admin-styles-added = The style { $name } can be chosen now.
admin-styles-bad-name = Give the file another name: letters, digits and hyphens, and not the name of a style of ours.
admin-styles-full = That would be more than { $limit } styles. Remove one first: /styles
command-maintenance = Take no new films for a while: /maintenance on
admin-maintenance-usage = Like this: /maintenance on Back at 3 pm, or /maintenance off
admin-maintenance-sure = Take no new films from now on? Those being made and waiting go on: { $waiting }. People read this, and administrators are let through:
admin-maintenance-sure-all = Take no new films from now on, for every business here? Those being made and waiting go on: { $waiting }. People read this, and your administrators are let through:
admin-maintenance-on = 🛠 Maintenance is on: no new films are taken. End it with /maintenance off
admin-maintenance-is-on = 🛠 Maintenance is on since { $since } UTC. { $text }
admin-maintenance-is-off = Maintenance is off: films are taken.
admin-maintenance-off = ✅ Maintenance is over: films are taken again.
