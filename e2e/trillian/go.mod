module github.com/scientific-python/sallyport/e2e/trillian

// A module of its own: only the end-to-end tests need Trillian, whose
// dependencies (cloud databases among them) have no place beside the program's.

go 1.26.0

require (
	github.com/google/trillian v1.7.3 // as certificate-transparency-go v1.3.3 and rekor v1.5.4 talk to it
	google.golang.org/grpc v1.82.1
	google.golang.org/protobuf v1.36.12
	k8s.io/klog/v2 v2.140.0
)

require (
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/golang/mock v1.7.0-rc.1 // indirect
	github.com/google/btree v1.1.3 // indirect
	github.com/transparency-dev/merkle v0.0.2 // indirect
	golang.org/x/net v0.53.0 // indirect
	golang.org/x/sync v0.20.0 // indirect
	golang.org/x/sys v0.43.0 // indirect
	golang.org/x/text v0.36.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260414002931-afd174a4e478 // indirect
)
