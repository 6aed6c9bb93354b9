package guide

// What every page may speak of.
var (
	ctx context.Context
	err error
)
