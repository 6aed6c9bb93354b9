// document: petapi
package guide

func testDB(t *testing.T) *sql.DB
func newAPI(db *sql.DB) *tornado.API

// what a test of a service elsewhere knows
var (
	document []byte
	token    string
)
