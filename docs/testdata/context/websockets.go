// document: chatapi testdata/rooms.yaml
package guide

type rooms struct{}

func (r *rooms) find(name string) (*room, bool)
func answer(msg chatapi.ClientMessage) chatapi.ServerMessage

type room struct{}

func (r *room) say(msg chatapi.ClientMessage) error
func (r *room) join(ws *tornado.Socket[chatapi.ServerMessage, chatapi.ClientMessage])
func (r *room) leave(ws *tornado.Socket[chatapi.ServerMessage, chatapi.ClientMessage])

var (
	c  *chatapi.Client
	ws *tornado.Socket[chatapi.ServerMessage, chatapi.ClientMessage]
)
