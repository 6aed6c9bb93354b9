// document: chatapi
package guide

type room struct {
	chatapi.Handler
	mu      sync.Mutex
	waiting []chatapi.PollMessagesReply
}

func (r *room) message(said chatapi.Utterance) chatapi.Message
