package chainrule.studies;

import java.util.List;

/**
 * The record of a study's run, from which all that is shown of it is made.
 *
 * @param machine processor, cores, memory, Java
 * @param seconds that it took
 * @param commit of the code; {@code unknown} where that is not known
 */
public record Report(
        String study,
        Paper paper,
        Size size,
        String method,
        String machine,
        double seconds,
        String commit,
        Outcome outcome) {

    /** The findings on which the study stands or falls. */
    public List<Finding> gates() {
        return outcome.findings().stream().filter(f -> f.claim().gate()).toList();
    }

    /** {@code holds} where all gates hold, {@code fails} where one fails, else {@code unclear}. */
    public Finding.Verdict verdict() {
        List<Finding.Verdict> all = gates().stream().map(Finding::verdict).toList();
        return all.contains(Finding.Verdict.FAILS)
                ? Finding.Verdict.FAILS
                : all.contains(Finding.Verdict.UNCLEAR) ? Finding.Verdict.UNCLEAR : Finding.Verdict.HOLDS;
    }
}
