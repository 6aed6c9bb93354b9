package nats_test

import (
	"context"
	"log"
	"time"

	natsgo "github.com/nats-io/nats.go"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/pubsub"
	"github.com/tornadogen/tornadogen/runtime/pubsub/nats"
)

// Every process that has this topic gets what any of them publishes.
func Example() {
	ctx := context.Background()
	conn, err := natsgo.Connect("nats://queue:4222", natsgo.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	backend, err := nats.New(ctx, conn, nats.WithMaxAge(time.Hour), nats.WithReplicas(3))
	if err != nil {
		log.Fatal(err)
	}
	news := pubsub.NewTopic[petapi.Pet]("news", pubsub.WithBackend(backend))
	if err := news.Publish(ctx, petapi.Pet{Name: "Mia"}); err != nil {
		log.Print(err)
	}
}
