package rules

import "slices"

// Rules are the checks weir knows, most serious first.
var Rules = []*Rule{
	nothingRead, unreadableInput, valueInvalid, syncCycle, retryInCycle, retryNonIdempotent, retryUnbounded,

	notRendered, failingCall, noReplica,
	policyUnbound, policyShadowed, policyInert, policyNeedsMesh,
	timeoutMissing, retryWithoutTimeout, timeoutWrongKind, timeoutInversion, ingressTimeoutMissing, ingressDeadlineExceeded,
	retryAmplification, retryMultipleLayers, retryWithoutBackoff, retryOnOverload, perTryNotBelowTotal, retriesTruncated,
	externalUnprotected, breakerBlindToSlow, breakerCannotTrip, breakerWithoutFallback,
	criticalityInversion, fallbackMissing, fallbackSharesFate, fallbackOverBudget, l4BalancedGRPC,
	sloComposition, singlePointOfFailure, redundancyBelowTier, fanInHotSpot, sharedDatabase, healthcheckMissing, syncChainTooDeep,
	timeoutAgainstObserved, undeclaredEdge, nPlusOne,

	fanOutHub, timeoutExcessive, timeoutDefaultOnly, retryWithoutJitter, retryBudgetMissing, retryMissing, asyncCycle,
	breakerMissing, breakerWindowTooShort, bulkheadMissing, cacheOpportunity, unusedEdge, chattyEdge,
}

// FindRule returns the rule with this ID, of weir or of own ones. The error is a *ruleError.
func FindRule(id string, own []*Rule) (*Rule, error) { return findRule(slices.Concat(Rules, own), id) }
