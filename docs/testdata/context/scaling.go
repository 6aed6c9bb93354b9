package guide

var conn *natsgo.Conn
