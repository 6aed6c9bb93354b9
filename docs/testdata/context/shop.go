package guide

// A service of the petstore, as a user writes it.
type shop struct {
	petapi.Handler
	db database
}

type database struct{ *sql.DB }

func (database) Pet(ctx context.Context, id int64) (*petapi.Pet, error)
func open() database
func (s *shop) version(ctx context.Context, id int64) (int64, error)
func (s *shop) replace(ctx context.Context, req petapi.ReplacePetRequest) (*petapi.Pet, error)

var (
	pets  *shop
	db    *sql.DB
	api   *tornado.API
	token string
)
