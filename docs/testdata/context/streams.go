// document: petapi
// with: shop auth
package guide

type change struct {
	ID    string
	Event petapi.PetEvent
}

func (s *shop) changesSince(id string) <-chan change

var c *petapi.Client

type room struct{}

func (r *room) join(out *tornado.EventStream[chatapi.Message])
func (r *room) leave(out *tornado.EventStream[chatapi.Message])
