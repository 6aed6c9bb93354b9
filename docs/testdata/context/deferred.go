// document: chatapi
package guide

type room struct {
	chatapi.Handler
	mu      sync.Mutex
	waiting map[chatapi.PollMessagesReply]bool
}

func (r *room) message(said chatapi.Utterance) chatapi.Message
