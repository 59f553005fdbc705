// Package link builds a graph from the facts of documents.
//
// A Builder collects facts, each in the words of its own document, and links them: it
// decides which names mean the same service, which service answers at an address,
// what each call is made of, and which policies act on it.
//
// # Steps
//
// Linking is a pipeline. Each step reads the facts and what the steps before it made:
//
//	place     objects without a namespace get one, where the inputs give it (place.go)
//	expand    facts between groups become facts between their members       (groups.go)
//	assign    configuration files are given to the programs that use them   (config_files.go)
//	attach    policies in configuration are given to the programs using it  (config_policies.go)
//	declare   one entity for each thing and each name                       (entity.go)
//	select    names are joined with the workloads behind them               (select.go)
//	join      things of one name from different formats become one          (join.go)
//	resolve   hosts and refs to entities                                    (resolve.go)
//	connect   facts and settings become evidence between entities           (connect.go, scopes.go)
//	code      what source code shows becomes evidence of the programs it belongs to (code.go, code_directories.go)
//	cluster   addresses of one cluster become groups, calls within it peers (cluster.go, peers.go, lists.go)
//	observe   observations from traces are added up                         (observe.go, trace_identity.go)
//	freeze    entities become services with an ID and a kind                (freeze.go, names.go, kinds.go)
//	reroute   evidence for calls of names moves to what their routes lead to (reroute.go)
//	bind      policies are bound to the calls that they act on             (bind.go)
//
// # Addresses in settings
//
// Package address finds candidates in the text of settings, which scopes.go completes by
// other settings of the same container. Resolving finds what answers there. Then prove
// (evidence.go) alone decides how much an address proves, and has the list of reasons.
//
// # What a product chooses when its policies bind
//
// For each policy bind.go finds its calls, by the services that it names (bind_parties.go,
// callee_alias.go) and the rest of its conditions (bind_conditions.go). For each call routes.go
// then puts together what acts on it: of the policies that compete those that win
// (precedence.go), what a proxy does without a policy (implicit.go), and what one API takes
// from another (shadows.go).
//
// A reader states a graph.Policy for each part of an object. Its fields say three things.
//
// Which calls it is for. All conditions have to hold; a zero field is no condition:
//
//	From, FromNamespaces  the callers: refs, hosts, selectors, groups
//	To, CalleeAlias       the callees; CalleeAlias is for names in code, "orderClient" matches the
//	                      service orders, an exact match before one that is like it
//	ToIs                  which name of the callee To is, where routes send calls on (Evidence.Through); what
//	                      callers address to different names is bound apart (legs.go)
//	Rule                  of the calls that this route sends on only those with the Match
//	Of                    only calls that go through this object (Evidence.Via): a route, a middleware
//	Port, Protocols, NotProtocols, RequireProtocol
//	NeedsMesh             only callers with a proxy of the product's mesh; others are reported as Outside
//	Mesh                  only where the proxy is of this one of several meshes of the product
//	L7Only                only where the product sees requests; others are reported as Opaque
//	NeedsRequests         only where no policy declares a Protocol without requests to the product
//	NotGateways           not the calls of gateways
//	Subset, Selects       only calls that a policy with the subset in Subsets sends there
//	BypassHosts           no condition: callees whose direct callers are reported as bypassing the object
//
// Which part of such a call: Match. An empty Match is every part for which no policy of
// its group has the Match.
//
// Which of several policies acts. Those of one Product and Group are rivals; different
// groups act together. The order within a group is
//
//	To        of policies for what callers name: a host in full before a pattern, a long before a short one
//	Lookup    where the product looks first: CallerFirst (the caller's namespace, the callee's, the
//	          root namespace of the mesh), NearCaller (the same without the root), CallersOwn (the
//	          caller's namespace alone); by default in any namespace
//	Rank      greater first: the place of a rule in its object, the precision of a match
//	          then an exact CalleeAlias before a similar one
//	InOrder   the place of Of among the objects that the call goes through
//	Created   and Origin: the last, or the oldest where policy.Product.OldestActs
//
// and the first decides what happens to those after it:
//
//	Merge     every policy below fills the fields that the ones above leave open. Without it
//	          the first object takes the place of all others, and they are reported as shadowed
//	Nearest   of each part of the calls the first one acts; with Merge it is laid over the next
//	          Base alone, with the defaults that the product writes into it
//	MergeKey  objects with the same key add to each other part by part, like the rules of
//	          several routes of one host, before objects with another key are hidden
//	Document  two documents of one Object: the one that acts replaces the other
//	Default   a fallback for calls without another policy; rules do not report that it is hidden
//
// A new product usually needs To, Match, Group and Rank; see the readers of Linkerd for a
// small example and of Istio for a complete one.
package link
