package chainrule.studies.gdc;

import chainrule.control.Estimate;
import chainrule.control.ImportanceWeights;
import chainrule.control.Sampler;
import chainrule.control.Scorer;
import chainrule.control.Sequence;
import chainrule.control.SequenceModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model's own texts are like.
 *
 * @param moments means of the features
 * @param klBase KL(π‖a) in nats
 * @param distinct the share of different texts
 */
record Measured(String name, List<Double> moments, Estimate klBase, double distinct, List<Sequence> texts) {
    /** @param base a */
    static Measured of(String name, SequenceModel base, SequenceModel model, List<Scorer> features, int count) {
        try (Sampler sampler = model.sampler()) {
            Sampler.Drawn drawn = sampler.draw(count, 77);
            Estimate kl = new ImportanceWeights(drawn.logQ(), drawn.logQ()).kl(1, base.logProbabilities(drawn.texts()));
            return of(name, drawn.texts(), kl, features);
        }
    }

    static Measured of(String name, List<Sequence> texts, Estimate klBase, List<Scorer> features) {
        List<Double> moments = features.stream()
                .map(f -> texts.stream().mapToDouble(f::of).average().orElseThrow())
                .toList();
        double distinct = (double) texts.stream().map(Sequence::text).distinct().count() / texts.size();
        return new Measured(name, moments, klBase, distinct, texts);
    }

    /** A row of a table: name, at most two moments, KL, distinct texts. */
    List<Object> row(String of) {
        List<Object> row = new ArrayList<>(List.of(of, name));
        row.add(moments.getFirst());
        row.add(moments.size() > 1 ? moments.get(1) : (Object) "");
        row.add(klBase.value());
        row.add(distinct);
        return row;
    }

    String sample() {
        return String.join(
                ", ", texts.stream().limit(12).map(x -> x.text().strip()).toList());
    }
}
