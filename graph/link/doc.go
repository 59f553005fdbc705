// Package link builds a graph from the facts of documents.
//
// A Builder collects facts, each in the words of its own document, and links them: it
// decides which names mean the same service, which service answers at an address,
// what each call is made of, and which policies act on it.
//
// Linking is a pipeline. Each step reads the facts and what the steps before it made:
//
//	place     objects without a namespace get one, where the inputs give it (place.go)
//	disband   facts between groups become facts between their members       (groups.go)
//	settle    configuration files are given to the programs that use them   (files.go)
//	lend      policies in configuration are given to the programs using it  (lend.go)
//	declare   one entity for each thing and each name                         (entities.go)
//	select    names are joined with the workloads behind them               (select.go)
//	join      things of one name from different formats become one          (join.go)
//	resolve   hosts and refs to entities                                       (resolve.go)
//	connect   facts and settings become evidence between entities              (connect.go, values.go)
//	observe   observations from traces are added up                         (observe.go, witness.go)
//	freeze    entities become services with an ID and a kind, evidence calls   (freeze.go)
//	bind      policies are tied to the calls that they act on               (bind.go, routes.go)
package link
