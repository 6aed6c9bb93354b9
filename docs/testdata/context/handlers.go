// document: petapi
// with: shop auth
package guide

// What init writes, a type for each tag.
type (
	pets         struct{ petapi.PetsHandler }
	storeHandler struct{ petapi.Handler }
	petsHandler  struct{ petapi.PetsHandler }
)

type auth struct {
	petapi.Authenticator
	users users
	key   [sha256.Size]byte
}

type userKey struct{}

type user struct{}

type users struct{}

func (users) ByToken(ctx context.Context, token string) (user, error)
func (user) May(scopes []string) bool

var (
	index memory
	pet   *petapi.Pet
	room  chat
	cache memory
)

type memory struct{}

func (memory) refresh()
func (memory) add(*petapi.Pet)

type chat struct{}

func (chat) close()
func testDB(t *testing.T) *sql.DB
func newAPI(db *sql.DB) *tornado.API
