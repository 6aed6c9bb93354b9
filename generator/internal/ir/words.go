package ir

import "github.com/tornadogen/tornadogen/spec"

// The words of package spec that a plan uses, for the printer, which imports this package alone.
const (
	InPath   = spec.InPath
	InQuery  = spec.InQuery
	InHeader = spec.InHeader
	InCookie = spec.InCookie

	SecurityAPIKey    = spec.SecurityAPIKey
	SecurityBasic     = spec.SecurityBasic
	SecurityBearer    = spec.SecurityBearer
	SecurityMutualTLS = spec.SecurityMutualTLS
	SecurityOtherHTTP = spec.SecurityOtherHTTP
)

// In says where a parameter stands.
type In = spec.In
