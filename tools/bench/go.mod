module github.com/weirgraph/weir/tools/bench

go 1.26.8

replace github.com/weirgraph/weir => ../..

require (
	github.com/go-json-experiment/json v1.27.2
	github.com/goccy/go-json v0.12.0
	github.com/weirgraph/weir v0.0.0
	go.opentelemetry.io/collector/pdata v1.71.0
	gonum.org/v1/gonum v0.17.0
)

require (
	github.com/DataDog/sketches-go v1.4.8 // indirect
	github.com/hashicorp/go-version v1.9.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee // indirect
	go.opentelemetry.io/collector/featuregate v1.71.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
