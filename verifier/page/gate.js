/* Before anything else: the network is shut, or open to the one node that the reader allowed by a click. The click leaves the node in
 * the state of this entry of the history, which no link can write; an address with #rpc=… that somebody sent only asks. */
(function () {
  var found = /^#rpc=(.+)$/.exec(location.hash);
  var clicked = history.state && history.state.node;
  var allowed = "'none'";
  var node = "";
  var asked = "";
  if (found) {
    try {
      var named = decodeURIComponent(found[1]);
      var address = new URL(named);
      if (/^https?:$/.test(address.protocol) && /^[a-z0-9.:[\]-]+$/i.test(address.host)) asked = named;
      if (asked && clicked === named) {
        allowed = address.origin;
        node = named;
        asked = "";
      }
    } catch (error) {
      asked = "";
    }
  }
  var policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "connect-src " + allowed;
  document.head.appendChild(policy);
  document.documentElement.setAttribute("data-network", allowed);
  document.documentElement.setAttribute("data-node", node);
  document.documentElement.setAttribute("data-asked", asked);
})();
