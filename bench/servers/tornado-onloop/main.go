// Command tornado-onloop is the server tornado with its handlers on the loop, as for a service in which no handler ever
// blocks: its only argument is the address.
package main

import (
	"log"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/tornadopets"
)

func main() {
	if err := tornadopets.Main(tornado.WithHandlersOnLoop()); err != nil {
		log.Fatal(err)
	}
}
