module github.com/tornadogen/tornadogen/runtime/acme

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/tornadogen/tornadogen v0.0.0-00010101000000-000000000000
	golang.org/x/crypto v0.58.0
	golang.org/x/net v0.60.0
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/tornadogen/tornadogen => ../../
