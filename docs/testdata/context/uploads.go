package guide

type server struct{ root *os.Root }

func (s *server) store(album string, file io.Reader) error

var (
	c    *api.Client
	file *os.File
)
