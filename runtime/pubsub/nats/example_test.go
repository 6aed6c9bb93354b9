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

// announce tells of a pet. Every process that has this topic gets what any of them publishes.
func announce(ctx context.Context, queue string, pet petapi.Pet, opts ...nats.Option) error {
	conn, err := natsgo.Connect(queue, natsgo.MaxReconnects(-1))
	if err != nil {
		return err
	}
	defer conn.Close()
	backend, err := nats.New(ctx, conn, opts...)
	if err != nil {
		return err
	}
	news := pubsub.NewTopic[petapi.Pet]("news", pubsub.WithBackend(backend))
	return news.Publish(ctx, pet)
}

func Example() {
	err := announce(context.Background(), "nats://queue:4222", petapi.Pet{Name: "Mia"}, nats.WithMaxAge(time.Hour), nats.WithReplicas(3))
	if err != nil {
		log.Print(err)
	}
}
