// document: petapi
// with: shop auth
package guide

var (
	url    string
	c      *petapi.Client
	req    petapi.GetPetRequest
	source tokens
	roots  *x509.CertPool
)

type tokens struct{}

func (tokens) Token(ctx context.Context) (issued, error)

type issued struct{ AccessToken string }
