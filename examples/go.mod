module github.com/tornadogen/tornadogen/examples

go 1.26

require (
	github.com/stretchr/testify v1.12.1
	github.com/tornadogen/tornadogen v0.0.0
	modernc.org/sqlite v1.61.1
)

replace github.com/tornadogen/tornadogen => ../
