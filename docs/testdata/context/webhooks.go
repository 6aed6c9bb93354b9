// document: petapi
// with: shop
package guide

type (
	subscription struct{ URL string }
	receiver     struct{ petapi.WebhookHandler }
)

func forget(subscription)

var (
	secret     string
	subscriber subscription
	pet        petapi.Pet
	listener   *tornado.Listener
)

type auth struct{ petapi.WebhookAuthenticator }
