module github.com/envoyproxy/go-control-plane/envoy

go 1.20
