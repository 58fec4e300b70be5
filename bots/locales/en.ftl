## Welcome and help

welcome =
    Hi! I'm Rabisco. 🖍️
    Send me a picture and I'll draw it for you on film, by hand. Send me a video in which somebody speaks and I'll give it animated captions, word by word.
    Try it now: send a photo.
help =
    What I do:
    🖼️ a picture → a film of it being drawn by hand
    🗂️ several pictures at once → one film, drawn one after the other
    🎬 a video with speech → the same video with animated captions

    Best quality: send pictures as a file.
    /settings how your films look
    /balance your credits
    /language the language I speak
    /cancel stop what I'm working on
about = Pictures drawn by hand on film, and videos with animated captions.
not-understood = I make films out of pictures and videos. Send me one! /help tells you more.
audio-needs-picture = That is sound only. Send me a video with speech and I'll put captions on it, or a picture and I'll draw it.
command-start = Start here
command-help = What I can do
command-settings = How your films look
command-balance = Your credits
command-language = English, Português, Español
command-cancel = Stop what I'm working on
command-grant = Give credits: /grant telegram:123 10
command-stats = How the business is doing

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
status-done = ✅ Done!
status-cancelled = ✖️ Cancelled.
status-failed = ⚠️ That didn't work. See below.
sketch-ready = Here is your drawing! ✏️
caption-ready = Here is your video with captions! 💬
film-as-file = The original file, untouched.

## Choices

choice-cancel = ✖️ Cancel
choice-again = 🔁 Again
choice-file = ⬇️ Original file
choice-back = « Back
choice-english = English
choice-portuguese = Portuguese
choice-spanish = Spanish
choice-other-language = Another language
choice-made = ✅ { $value }
name = { $name }
choice-seconds = { $seconds } s
choice-finish-colour = In colour
choice-finish-lines = Only lines
choice-spoken-auto = Detect

hand-marker = Marker
hand-light = Light skin
hand-dark = Dark skin
hand-left = Left-handed
hand-none = No hand
style-classic = Classic
style-pill = Pill
style-plate = Plate

## Language, settings, balance

language-choose = Which language shall I speak?
language-set = I speak English now.
settings = Your films. Tap what you want to change.
setting-seconds = ⏱️ Length of drawings: { $value }
setting-hand = ✍️ Hand: { $value }
setting-finish = 🎨 Drawings end: { $value }
setting-style = 💬 Captions: { $value }
setting-spoken = 👂 Spoken in videos: { $value }
setting-choose-seconds = How long shall a drawing take?
setting-choose-hand = Which hand shall draw?
setting-choose-finish = How shall drawings end?
setting-choose-style = Which captions do you like?
setting-choose-spoken = Which language is spoken in your videos?
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
balance-unmetered = You're the owner here: your films cost nothing.
price-hint = A film of up to 1 minute costs 1 credit, up to 3 minutes 2, up to 5 minutes 3.

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

## Questions

question-spoken = Which language is spoken in this video?
subtitles-offer = You can also send me the subtitles yourself, as an .srt or .vtt file, and I'll animate those.
subtitles-no-video = I have the subtitles, but no video to put them on. Send the video first, then the subtitles.

## Administrators

grant-usage = Like this: /grant telegram:123456 10
grant-unknown = I don't know anybody called { $who }. They have to write to me first.
grant-done = { $who } got { $credits } credits and has { $available } now.
stats =
    Last 24 hours: { $updates } messages came in, and { $people ->
        [one] 1 person
       *[other] { $people } people
    } ordered films.
    Films: { $done } done, { $failed } failed, { $cancelled } cancelled.
    Now: { $queued } waiting, { $running } being made.

## Failures

error-code = ({ $code } · { $job })
error-only-code = ({ $code })
error-empty-file = That file is empty. Please send it again.
error-file-too-big = That file is too big: I can take up to { $limit } MB here. Send a smaller or shorter one.
error-not-media = That isn't a picture or a video. Send me a photo (JPEG, PNG, WebP, HEIC…) or a video (MP4, MOV, WebM…).
error-format-not-supported = I can't open that kind of file. Send a picture as JPEG or PNG, or a video as MP4.
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
error-no-picture = There is no moving picture in that file. Send a video, or a photo to be drawn.
error-too-heavy = That file is too much work for me. Please send a smaller or shorter one.
error-no-audio = That video has no sound, so there is nothing to caption.
error-no-speech = I hear nobody speaking in that video. Send one with clear speech, or send the subtitles as an .srt file right after it.
error-speech-unclear = I can't make out what is said clearly enough for good captions. Try a recording with less noise, or send the subtitles as an .srt file.
error-language-not-heard = I can't hear that language here yet; only English.
error-speech-service-down = The service that listens to speech isn't answering. Please try again in a few minutes.
error-subtitles-unreadable = I can't read those subtitles. Send them as an .srt or .vtt file.
error-script-not-drawn = I don't have letters yet for the script in those captions. Send subtitles in another script, or another video.
error-not-enough-credits =
    { $available ->
        [0] You have no credits left
        [one] You have 1 credit left
       *[other] You have { $available } credits left
    }, and this film costs { $cost }. New ones come on { $returns }.
error-too-many-waiting = { $limit ->
    [one] I'm still working on 1 film for you.
   *[other] I'm still working on { $limit } films for you.
} Send this again when one is done, or /cancel.
error-too-fast = That was a lot of messages. Give me a minute to catch up, then go on.
error-plan-limit = Your plan makes films of up to { $limit } seconds. Send a shorter one.
error-not-found = I can't find that any more.
error-film-too-big = The finished film is bigger than { $limit } MB and doesn't fit into this chat. Send a shorter or smaller one.
error-file-gone = I've already deleted that file, as I do after a day. Please send it again.
error-disk-full = I've run out of space right now. Please try again a little later.
error-crashed = Something broke while I was making your film. I've noted it. Please try once more or send another file.
error-usage = That command isn't used like that.
error-unexpected = Something went wrong on my side. I've noted it. Please try again.

## For administrators

disk-low = ⚠️ The disk of { $name } is almost full: { $free } GB free, and { $limit } GB are needed. New films wait until there is room. Please free some space.
disk-well = ✅ The disk of { $name } has room again: { $free } GB free. Films are being made.
