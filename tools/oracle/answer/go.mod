module github.com/weirgraph/weir/tools/oracle/answer

go 1.26

require github.com/rogpeppe/go-internal v1.14.1

require golang.org/x/tools v0.26.0 // indirect
