package main

import (
	"net"
	"strings"
)

const welcomeText = `
The petstore is open. Look at it in a browser:

  http://ADDR/docs            the API, to read and to try out
  http://ADDR/openapi.yaml    its document
  http://ADDR/readyz          its health
LIVE
or with curl, in the folder of the repository:

  curl 'http://ADDR/v1/pets?limit=2'
  curl http://ADDR/v1/pets/1
  curl 'http://ADDR/v1/pets/findByStatus?status=available,pending'
  curl -H 'X-API-Key: demo-key' --json '{"name": "Rex", "status": "available", "animal": {"kind": "dog", "weight": 12.5}}' http://ADDR/v1/pets
  curl -H 'X-API-Key: demo-key' -H 'Content-Type: image/png' -T examples/petstore/mia.png http://ADDR/v1/pets/1/photo
  curl -H 'Authorization: Bearer demo-token' -X DELETE http://ADDR/v1/pets/1
  curl -H 'X-API-Key: demo-key' --json '{"name": "", "status": "lost"}' http://ADDR/v1/pets    # says all that is wrong

Ctrl-C stops it.

`

// welcome says what there is to see at the addresses of the server and of its administration, which is nil where there is none.
func welcome(addr, admin net.Addr) string {
	live := ""
	if admin != nil {
		live = "  http://" + browsable(admin) + "/debug/tornado\n                              what it does, live\n"
	}
	return strings.NewReplacer("ADDR", browsable(addr), "LIVE", live).Replace(welcomeText)
}

// browsable is how a browser on this machine writes an address: one of every interface as localhost.
func browsable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
