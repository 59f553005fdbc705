module google.golang.org/grpc/oracle

go 1.26.0

require (
	github.com/weirgraph/weir/tools/oracle/answer v0.0.0
	google.golang.org/grpc v1.85.0
)

require (
	github.com/rogpeppe/go-internal v1.14.1 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	golang.org/x/tools v0.49.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/weirgraph/weir/tools/oracle/answer => ../answer
