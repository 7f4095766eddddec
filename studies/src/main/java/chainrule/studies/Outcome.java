package chainrule.studies;

import chainrule.studies.page.Bars;
import java.util.List;

/**
 * What a study found.
 *
 * @param seeds that it used
 * @param findings one for each claim
 * @param tables all that was measured
 * @param bars pictures of the figures that matter most
 * @param examples what people would want to read
 * @param notes what a reader must know to judge the figures, a sentence each
 */
public record Outcome(
        List<Long> seeds,
        List<Finding> findings,
        List<Table> tables,
        List<Bars> bars,
        List<Example> examples,
        List<String> notes) {

    /**
     * Figures by row and column.
     *
     * @param columns the first names the rows
     * @param rows a name and numbers or words
     */
    public record Table(String title, List<String> columns, List<List<Object>> rows) {}

    /** Texts that go on from one beginning, by what made them. */
    public record Example(String beginning, List<Continuation> texts) {}

    /** A text and what made it. */
    public record Continuation(String by, String text) {}
}
