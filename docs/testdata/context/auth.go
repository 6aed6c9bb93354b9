package guide

type auth struct{ petapi.Authenticator }
