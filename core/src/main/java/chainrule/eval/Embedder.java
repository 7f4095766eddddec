package chainrule.eval;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Turns texts into vectors whose nearness means likeness. A figure that rests on one is comparable only with figures that
 * rest on the same: name it in every report.
 *
 * @param <T> a text: token ids, a string
 */
public interface Embedder<T> {
    /** What the vectors are, in a few words for a report. */
    String name();

    /** [N,D] for N texts, one or more, of the caller's scope. */
    Tensor embed(List<T> texts);
}
