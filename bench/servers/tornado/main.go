// Command tornado serves the API of the bench on the runtime, from the generated package petapi, with default options and
// limits: its only argument is the address.
package main

import (
	"log"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/tornadopets"
)

func main() {
	if err := tornadopets.Main(); err != nil {
		log.Fatal(err)
	}
}
