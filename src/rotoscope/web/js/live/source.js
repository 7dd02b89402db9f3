// What is painted live: the webcam, or a picture. Neither leaves the browser.

/** A picture of somebody's; `close()` when it is not needed any more. */
export async function pictureSource(file) {
  const bitmap = await createImageBitmap(file);
  return { name: file.name, moves: false, size: [bitmap.width, bitmap.height], drawn: bitmap, close: () => bitmap.close() };
}

/**
 * The webcam.
 * @throws {Error} in words for people
 */
export async function webcamSource() {
  if (!isSecureContext || !navigator.mediaDevices) {
    throw new Error("A browser gives the webcam to secure pages only: open the studio by https, or on the machine itself as localhost. Pictures can be dropped all the same.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" }, audio: false });
  } catch (fault) {
    throw new Error(WHY[fault.name] ?? `The webcam cannot be used: ${fault.message}`);
  }
  const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true, playsInline: true });
  await video.play();
  return {
    name: "webcam.jpg", moves: true, size: [video.videoWidth, video.videoHeight], drawn: video,
    close: () => { stream.getTracks().forEach((track) => track.stop()); video.srcObject = null; },
  };
}

const WHY = {
  NotAllowedError: "The webcam was not allowed. Allow it in the browser's address bar, and try again; or drop a picture.",
  NotFoundError: "There is no webcam here. Drop a picture instead.",
  NotReadableError: "Another program uses the webcam. Close that, and try again.",
};

/** A size with that short side, in the proportions of a source; never larger than the source. */
export function sizeFor([width, height], short) {
  const scale = Math.min(1, short / Math.min(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The source as it is now, in full size, as a JPEG. */
export async function still({ size: [width, height], drawn }) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(drawn, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}
