module github.com/tornadogen/tornadogen/docs

go 1.26.0

require (
	github.com/alecthomas/chroma/v2 v2.27.0
	github.com/google/uuid v1.6.0
	github.com/nats-io/nats.go v1.55.0
	github.com/stretchr/testify v1.12.1
	github.com/tornadogen/tornadogen v0.0.0
	github.com/tornadogen/tornadogen/runtime/acme v0.0.0
	github.com/tornadogen/tornadogen/runtime/auth v0.0.0
	github.com/tornadogen/tornadogen/runtime/client/clienttrace v0.0.0
	github.com/tornadogen/tornadogen/runtime/compress v0.0.0
	github.com/tornadogen/tornadogen/runtime/cookies v0.0.0
	github.com/tornadogen/tornadogen/runtime/metrics v0.0.0
	github.com/tornadogen/tornadogen/runtime/oteltornado v0.0.0
	github.com/tornadogen/tornadogen/runtime/pubsub/nats v0.0.0
	github.com/yuin/goldmark v1.8.6
	go.yaml.in/yaml/v3 v3.0.5
	golang.org/x/oauth2 v0.38.0
	golang.org/x/text v0.43.0
)

require (
	github.com/andybalholm/brotli v1.3.0 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/coreos/go-oidc/v3 v3.21.0 // indirect
	github.com/dave/jennifer v1.7.1 // indirect
	github.com/dlclark/regexp2 v1.12.0 // indirect
	github.com/dlclark/regexp2/v2 v2.2.1 // indirect
	github.com/felixge/httpsnoop v1.1.0 // indirect
	github.com/getkin/kin-openapi v0.152.0 // indirect
	github.com/go-jose/go-jose/v4 v4.1.4 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/go-openapi/jsonpointer v1.0.1 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/gorilla/securecookie v1.1.2 // indirect
	github.com/klauspost/compress v1.20.4 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/nats-io/nkeys v0.4.17 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/oasdiff/yaml v0.1.1 // indirect
	github.com/oasdiff/yaml3 v0.0.14 // indirect
	github.com/prometheus/client_golang v1.25.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/swaggest/swgui v1.8.5 // indirect
	github.com/theory/jsonpath v0.12.3 // indirect
	github.com/vearutop/statigz v1.4.0 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.72.0 // indirect
	go.opentelemetry.io/otel v1.47.0 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.opentelemetry.io/otel/metric v1.47.0 // indirect
	go.opentelemetry.io/otel/trace v1.47.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace (
	github.com/tornadogen/tornadogen => ../
	github.com/tornadogen/tornadogen/runtime/acme => ../runtime/acme
	github.com/tornadogen/tornadogen/runtime/auth => ../runtime/auth
	github.com/tornadogen/tornadogen/runtime/client/clienttrace => ../runtime/client/clienttrace
	github.com/tornadogen/tornadogen/runtime/compress => ../runtime/compress
	github.com/tornadogen/tornadogen/runtime/cookies => ../runtime/cookies
	github.com/tornadogen/tornadogen/runtime/metrics => ../runtime/metrics
	github.com/tornadogen/tornadogen/runtime/oteltornado => ../runtime/oteltornado
	github.com/tornadogen/tornadogen/runtime/pubsub/nats => ../runtime/pubsub/nats
)
