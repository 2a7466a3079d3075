// A button that has this browser told of what concerns the reader, or not any
// more.
export async function enhance(form) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    return;
  }
  const ready = await navigator.serviceWorker.ready;
  const [on, off] = form.querySelectorAll("button");
  const show = (subscribed) => { on.hidden = subscribed; off.hidden = !subscribed; form.hidden = false; };
  show(await ready.pushManager.getSubscription() !== null);
  on.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const { endpoint, keys } = (await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push })).toJSON();
      for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth })) {
        form.elements[name].value = value;
      }
      form.submit();
    } catch {
      form.querySelector(".refused").hidden = false;
    }
  });
  off.addEventListener("click", async (event) => {
    event.preventDefault();
    const subscription = await ready.pushManager.getSubscription();
    form.elements.endpoint.value = subscription?.endpoint ?? "";
    await subscription?.unsubscribe();
    form.submit();
  });
}
