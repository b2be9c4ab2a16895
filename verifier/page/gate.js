/* Before anything else: the network is shut, or open to the one node that the reader named in the address (#rpc=…). */
(function () {
  var found = /^#rpc=(.+)$/.exec(location.hash);
  var allowed = "'none'";
  if (found) {
    try {
      var address = new URL(decodeURIComponent(found[1]));
      if (/^https?:$/.test(address.protocol) && /^[a-z0-9.:[\]-]+$/i.test(address.host)) allowed = address.origin;
    } catch (error) {
      allowed = "'none'";
    }
  }
  var policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "connect-src " + allowed;
  document.head.appendChild(policy);
  document.documentElement.setAttribute("data-network", allowed);
})();
