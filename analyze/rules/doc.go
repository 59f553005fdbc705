// Package rules has the rules of weir check, one a file: a value, a function and a
// page. Rules lists them, Run applies them to a graph.
//
// A rule gets a Pass, which is small on purpose. Graph has all calls; Core has those
// that failures travel along, and most rules look at nothing else. Requests yields the
// calls of Core whose caller waits for one answer, and Effective what all policies of a
// call together do, part by part. Analysis has what the algorithms of package analyze
// find. A rule reports a Finding with Report, or with At where its severity depends on
// the case. What is expensive and asked for again is kept in an analyze.Memo, a variable
// beside the function that it serves.
//
// Functions that several rules need are in files by subject, which no rule owns; the
// file of a rule uses no declaration of another's:
//
//	applicability.go      which calls a rule about policies applies to; severity by tier and for jobs
//	balance.go            load balancing that keeps to one replica
//	breaker.go            breakers of a part of a call; breaker_detection.go why one never opens;
//	                      breaker_group.go the calls that have a breaker from one object
//	bulkhead.go           limits of concurrency
//	criticality.go        declared tiers, of owners of data too
//	cycle.go              advice on which calls to cut
//	deadline.go           calls that end before their callee is done
//	estate.go             what is outside of the estate
//	evidence.go           what kind of input declares a call
//	fallback.go           answers that replace a failed call
//	faulty_part.go        the parts and layers of a call that a rule finds fault with
//	flaws.go              values and settings that a reader found fault with
//	group.go              calls that are reported together: by caller, by object, by inputs
//	lists.go              small operations on lists
//	message.go            names, places, confidence and values of a finding
//	missing.go            many calls without something, reported together
//	observed.go           what traces show of a call
//	policy_object.go      the objects that declare policies
//	provenance.go         who supplied a setting, and the confidence that follows
//	redundancy.go         replicas, and how to get more
//	remediation.go        hints that name object and field, by product
//	retry.go              retries of a part of a call; retry_triggers.go their conditions; retry_wait.go their backoff
//	timeout.go            timeouts of a part of a call
//
// After the rules have run, supersede.go drops findings that a more specific rule makes
// too, and options.go and annotations.go those that users accept.
package rules
