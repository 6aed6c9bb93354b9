// Command tornado-measured is the server tornado whose requests are measured, by operation and status, as they are where somebody
// serves the metrics: its only argument is the address.
package main

import (
	"log"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/tornadopets"
)

func main() {
	if err := tornadopets.Main((*tornado.Server).Measure); err != nil {
		log.Fatal(err)
	}
}
