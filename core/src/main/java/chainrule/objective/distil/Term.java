package chainrule.objective.distil;

/** What can be named in a sum that is minimised: a divergence from a teacher, or an objective that needs none. */
public interface Term {}
