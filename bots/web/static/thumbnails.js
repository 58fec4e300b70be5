// Thumbnails of sent files, made in the browser, so that the server never opens a file to show the conversation.

const SIDE = 320;
const PATIENCE = 4000; // milliseconds
const MOST = 27_000; // characters of a data URL, as the server takes them
const QUALITIES = [0.8, 0.6, 0.4, 0.2];

export async function thumbnail(file) {
  const made = file.type.startsWith("video/") ? ofVideo(file) : file.type.startsWith("image/") ? ofPicture(file) : null;
  if (!made) return "";
  return Promise.race([made.catch(() => ""), new Promise((done) => setTimeout(done, PATIENCE, ""))]);
}

async function ofPicture(file) {
  const bitmap = await createImageBitmap(file);
  try {
    return drawn(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

async function ofVideo(file) {
  const video = document.createElement("video");
  const url = URL.createObjectURL(file);
  try {
    video.muted = true;
    video.preload = "auto";
    video.src = url;
    await event(video, "loadeddata");
    video.currentTime = Math.min(1, (video.duration || 0) / 4);
    await event(video, "seeked");
    return drawn(video, video.videoWidth, video.videoHeight);
  } finally {
    video.removeAttribute("src");
    video.load(); // ends what is still being loaded, before its address is gone
    URL.revokeObjectURL(url);
  }
}

function event(target, name) {
  return new Promise((done, failed) => {
    target.addEventListener(name, done, { once: true });
    target.addEventListener("error", failed, { once: true });
  });
}

function drawn(source, width, height) {
  const scale = Math.min(1, SIDE / Math.max(width, height, 1));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return QUALITIES.map((quality) => canvas.toDataURL("image/jpeg", quality)).find((url) => url.length <= MOST) ?? "";
}
