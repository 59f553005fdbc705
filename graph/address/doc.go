// Package address finds addresses in text: in the values of environment variables,
// in entries of configuration files, on command lines and in shell scripts.
//
// It reads text and nothing else. What it returns are candidates: "http://cart:80"
// is an address wherever it is written, "cart" is one only where the name of the setting
// shows that its value is a host. Whether a service answers there, and how
// much that proves, is decided by package link, which knows all names.
package address
