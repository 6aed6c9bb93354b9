package pubsub_test

import (
	"context"
	"fmt"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/pubsub"
)

// A market tells all who watch of each pet that comes into the shop; petapi is generated from its document.
type market struct {
	petapi.UnimplementedDefaultHandler
	news *pubsub.Topic[petapi.Pet]
}

func (m *market) AddPet(ctx context.Context, req petapi.AddPetRequest) error {
	return m.news.Publish(ctx, req.Body)
}

// WatchPets keeps its stream and returns: no goroutine waits.
func (m *market) WatchPets(ctx context.Context, _ petapi.WatchPetsRequest, out *tornado.EventStream[petapi.Pet]) error {
	out.Keep()
	return m.news.SubscribeAfter(ctx, out.LastEventID(), out)
}

// Whatever can take messages may subscribe: the stream of WatchPets, a socket, a reply that is given later, or a function.
func Example() {
	ctx := context.Background()
	m := &market{news: pubsub.NewTopic[petapi.Pet]("news", pubsub.WithHistory(10))}
	next := pubsub.Once(func(news *tornado.Message[petapi.Pet]) { fmt.Println("new in the shop:", news.Data.Name) }, func(func()) {})
	if err := m.news.Subscribe(ctx, next); err != nil {
		log.Fatal(err)
	}
	if err := m.AddPet(ctx, petapi.AddPetRequest{Body: petapi.Pet{Name: "Mia"}}); err != nil {
		log.Fatal(err)
	}
	// Output: new in the shop: Mia
}
