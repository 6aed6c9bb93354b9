package guide

type room struct {
	topic *pubsub.Topic[chatapi.Message]
}

func (r *room) say(ctx context.Context, said chatapi.Utterance) error
