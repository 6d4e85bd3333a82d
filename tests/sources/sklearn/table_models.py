"""Estimators and Pipelines of every kind that is no forest alone, with the tables that they are fitted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import (
    calibration,
    compose,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    multiclass,
    multioutput,
    naive_bayes,
    neural_network,
    pipeline,
    preprocessing,
    svm,
)
from sklearn.cross_decomposition import PLSRegression
from sklearn_models import CATEGORIES, FOUR, TARGET, TWO, TWO_TARGETS, WITH_NAN, X

POSITIVE = np.exp(TARGET / 3)
TEXTS = np.where(TWO == 1, "signal", "background")
LABELS = np.stack([TWO, FOUR > 1, X[:, 3] > 0], axis=1).astype(int)
KINDS = np.stack([CATEGORIES[:, 3], np.round(X[:, 1]), np.round(2 * X[:, 2])], axis=1)  # whole numbers

Case = tuple[Any, np.ndarray, np.ndarray]
Logistic = linear_model.LogisticRegression
Scaler, pipe = preprocessing.StandardScaler, pipeline.make_pipeline


def cases() -> dict[str, Callable[[], Case]]:
    """What is fitted on what, by name."""
    made: dict[str, Any] = {}
    for part in (_linear(), _networks(), _others(), _combined(), _transformed(), _by_columns()):
        made |= part
    return made


def _linear() -> dict[str, Any]:
    regressors = [linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(0.01),
                  linear_model.ElasticNet(0.01), linear_model.SGDRegressor(), linear_model.BayesianRidge(),
                  linear_model.HuberRegressor(), linear_model.ARDRegression(), svm.LinearSVR(),
                  linear_model.LassoLars(0.01), linear_model.OrthogonalMatchingPursuit()]  # fmt: skip
    made: dict[str, Any] = {type(each).__name__: (each, X, TARGET) for each in regressors}
    made |= {f"{type(each).__name__} several": (each, X, TWO_TARGETS) for each in
             (linear_model.LinearRegression(fit_intercept=False), linear_model.Ridge(),
              linear_model.MultiTaskLasso(0.01), PLSRegression(2))}  # fmt: skip
    made |= {type(each).__name__: (each, X, POSITIVE) for each in
             (linear_model.PoissonRegressor(), linear_model.GammaRegressor(), linear_model.TweedieRegressor(power=1.5),
              linear_model.TweedieRegressor(power=0), PLSRegression(2))}  # fmt: skip
    for name, classes in (("two", TWO), ("four", FOUR), ("texts", TEXTS)):
        for each in (Logistic(), svm.LinearSVC(), linear_model.RidgeClassifier(), linear_model.Perceptron(),
                     linear_model.SGDClassifier(loss="log_loss"), linear_model.SGDClassifier(loss="hinge"),
                     discriminant_analysis.LinearDiscriminantAnalysis(), naive_bayes.GaussianNB(),
                     discriminant_analysis.QuadraticDiscriminantAnalysis(),
                     linear_model.SGDClassifier(loss="modified_huber")):  # fmt: skip
            made[f"{type(each).__name__} {getattr(each, 'loss', '')} {name}"] = each, X, classes
    made["Logistic float32"] = Logistic(), X.astype("f4"), FOUR
    made["Linear float32"] = linear_model.LinearRegression(), X.astype("f4"), TARGET.astype("f4")
    return made


def _networks() -> dict[str, Any]:
    made: dict[str, Any] = {}
    small: dict[str, Any] = {"hidden_layer_sizes": (9, 5), "max_iter": 15, "random_state": 1}
    for activation in ("identity", "tanh", "logistic", "relu"):
        classifier = neural_network.MLPClassifier(activation=activation, **small)
        made[f"MLP {activation} four"] = classifier, X, FOUR
        made[f"MLPRegressor {activation}"] = neural_network.MLPRegressor(activation=activation, **small), X, TARGET
    made["MLP two"] = neural_network.MLPClassifier(**small), X, TEXTS
    made["MLP labels"] = neural_network.MLPClassifier(**small), X, LABELS
    made["MLP float32"] = neural_network.MLPClassifier(**small), X.astype("f4"), FOUR
    made["MLP scaled float32"] = pipe(Scaler(), neural_network.MLPClassifier(**small)), X.astype("f4"), TWO
    made["MLPRegressor several"] = neural_network.MLPRegressor(**small), X, TWO_TARGETS
    return made


def _others() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kernel in ("rbf", "linear", "poly", "sigmoid"):
        made[f"SVC {kernel}"] = svm.SVC(kernel=kernel), X, TWO
        made[f"SVR {kernel}"] = svm.SVR(kernel=kernel, gamma=0.3), X, TARGET
    made["NuSVC"] = svm.NuSVC(), X, TEXTS
    for name, classes in (("two", TWO), ("four", FOUR)):
        for method in ("sigmoid", "isotonic", "temperature"):
            for each in (svm.LinearSVC(), ensemble.RandomForestClassifier(3, random_state=1),
                         ensemble.GradientBoostingClassifier(n_estimators=2)):  # fmt: skip
                made[f"calibrated {type(each).__name__} {method} {name}"] = (
                    calibration.CalibratedClassifierCV(each, method=method, cv=2),
                    X,
                    classes,
                )
    return made


def _combined() -> dict[str, Any]:
    forest, boost = (
        ensemble.RandomForestClassifier(5, random_state=1),
        ensemble.HistGradientBoostingClassifier(max_iter=2),
    )
    members = [("a", Logistic()), ("b", forest), ("c", pipe(Scaler(), boost))]
    regressors = [("a", linear_model.Ridge()), ("b", ensemble.RandomForestRegressor(5, random_state=1))]
    search = model_selection.GridSearchCV(pipe(Scaler(), linear_model.Ridge()), {"ridge__alpha": [1, 2]}, cv=3)
    made: dict[str, Any] = {
        "VotingRegressor": (ensemble.VotingRegressor(regressors, weights=[1, 2]), X, TARGET),
        "StackingRegressor": (ensemble.StackingRegressor(regressors, cv=3), X, TARGET),
        "MultiOutputRegressor": (multioutput.MultiOutputRegressor(linear_model.Lasso(0.01)), X, TWO_TARGETS),
        "GridSearchCV": (search, X, TARGET),
        "target function": (compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log, inverse_func=np.exp),
                            X, POSITIVE),
        "target scaler": (compose.TransformedTargetRegressor(linear_model.Ridge(), transformer=Scaler()), X, TARGET),
        "target scaler several": (compose.TransformedTargetRegressor(linear_model.Ridge(), transformer=Scaler()), X,
                                  TWO_TARGETS),
    }  # fmt: skip
    for name, classes in (("two", TEXTS), ("four", FOUR)):
        made[f"Voting {name}"] = ensemble.VotingClassifier(members, voting="soft", weights=[2, 1, 1]), X, classes
        made[f"Stacking {name}"] = ensemble.StackingClassifier(members, cv=2, passthrough=True), X, classes
        made[f"OneVsRest {name}"] = multiclass.OneVsRestClassifier(Logistic()), X, classes
        made[f"OneVsRest SVC {name}"] = multiclass.OneVsRestClassifier(svm.SVC()), X, classes
    return made


def _transformed() -> dict[str, Any]:
    steps = {
        "standard": [Scaler()], "minmax": [preprocessing.MinMaxScaler(clip=True)],
        "robust": [preprocessing.RobustScaler()],
        "maxabs": [preprocessing.MaxAbsScaler()], "yeo": [preprocessing.PowerTransformer()],
        "yeo raw": [preprocessing.PowerTransformer(standardize=False), Scaler()],
        "uniform": [preprocessing.QuantileTransformer(n_quantiles=50)],
        "normal": [Scaler(), preprocessing.QuantileTransformer(n_quantiles=60, output_distribution="normal")],
        "polynomial": [Scaler(), preprocessing.PolynomialFeatures(3)],
        "interactions": [preprocessing.PolynomialFeatures((2, 3), interaction_only=True, include_bias=False)],
        "pca": [Scaler(), decomposition.PCA(3)], "whitened": [decomposition.PCA(3, whiten=True), Scaler()],
        "svd": [decomposition.TruncatedSVD(3)], "ica": [decomposition.FastICA(3, random_state=1)],
        "l1": [preprocessing.Normalizer("l1")], "l2": [preprocessing.Normalizer()],
        "max": [preprocessing.Normalizer("max")],
        "abs log1p": [preprocessing.FunctionTransformer(np.abs), preprocessing.FunctionTransformer(np.log1p), Scaler()],
        "square": [preprocessing.FunctionTransformer(np.square)], "none": [preprocessing.FunctionTransformer()],
        "bins": [preprocessing.KBinsDiscretizer(5, encode="ordinal", quantile_method="averaged_inverted_cdf")],
        "bins one-hot": [preprocessing.KBinsDiscretizer(4, quantile_method="averaged_inverted_cdf")],
        "binary": [preprocessing.Binarizer(threshold=0.2)],
        "best": [feature_selection.SelectKBest(k=2), Scaler()],
        "half": [feature_selection.SelectPercentile(percentile=50)],
        "eliminated": [Scaler(), feature_selection.RFE(linear_model.Ridge(), n_features_to_select=2)],
        "variance": [feature_selection.VarianceThreshold(0.01)],
        "union": [pipeline.make_union(Scaler(), decomposition.PCA(2), pipe(preprocessing.MinMaxScaler()))],
        "nested": [pipe(Scaler(), pipe(decomposition.PCA(2), Scaler()))],
    }  # fmt: skip
    made: dict[str, Any] = {
        f"steps {name}": (pipe(*each, linear_model.Ridge()), X, TARGET) for name, each in steps.items()
    }
    made["steps box-cox"] = pipe(preprocessing.PowerTransformer("box-cox"), linear_model.Ridge()), np.exp(X), TARGET
    imputers = {
        "mean": [impute.SimpleImputer(), Scaler()],
        "behind": [Scaler(), impute.SimpleImputer(strategy="median")],
        "indicator": [impute.SimpleImputer(add_indicator=True)],
        "behind indicator": [Scaler(), impute.SimpleImputer(add_indicator=True), decomposition.PCA(5)],
    }  # fmt: skip
    made |= {
        f"imputed {name}": (pipe(*each, linear_model.Ridge()), WITH_NAN, TARGET) for name, each in imputers.items()
    }
    made["forest behind pca"] = pipe(decomposition.PCA(3), ensemble.RandomForestRegressor(5, random_state=1)), X, TARGET
    return made


def _by_columns() -> dict[str, Any]:
    one_hot, ordinal = preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder
    mixed = np.column_stack([X[:, :2], KINDS[:, :2], WITH_NAN[:, 3]])
    gaps = KINDS.copy()
    gaps[::7, 1] = np.nan
    columns = compose.make_column_transformer(
        (pipe(impute.SimpleImputer(), Scaler()), [4, 0]), (one_hot(handle_unknown="ignore"), [2]),
        (ordinal(), slice(3, 4)), remainder="passthrough")  # fmt: skip
    dropping = compose.ColumnTransformer(
        [("scaled", Scaler(), [3]), ("gone", "drop", [1]), ("kept", "passthrough", [0])],
        transformer_weights={"scaled": 0.5})  # fmt: skip
    hot = {
        "one-hot": one_hot(), "ignoring": one_hot(handle_unknown="ignore"), "first dropped": one_hot(drop="first"),
        "ordinal": ordinal(), "unknown": ordinal(handle_unknown="use_encoded_value", unknown_value=-1),
    }  # fmt: skip
    made: dict[str, Any] = {f"encoded {name}": (pipe(each, linear_model.Ridge()), KINDS, TARGET)
                            for name, each in hot.items()}  # fmt: skip
    made["encoded gaps"] = pipe(one_hot(), linear_model.Ridge()), gaps, TARGET
    made["encoded gaps ordinal"] = pipe(ordinal(encoded_missing_value=-5), linear_model.Ridge()), gaps, TARGET
    made["encoded halves"] = pipe(one_hot(handle_unknown="ignore"), linear_model.Ridge()), KINDS / 2, TARGET
    made["columns"] = pipe(columns, Logistic(max_iter=1000)), mixed, FOUR
    made["columns dropped"] = pipe(dropping, linear_model.Ridge()), X, TARGET
    boosted = ensemble.HistGradientBoostingRegressor(max_iter=5, categorical_features=[0])
    numbered = compose.make_column_transformer((ordinal(), [2]), remainder="passthrough")
    made["columns boosted"] = pipe(numbered, boosted), mixed, TARGET
    return made


def fitted(name: str) -> tuple[Any, np.ndarray]:
    """One of the cases, fitted, and what it was fitted on."""
    import warnings

    from sklearn.base import clone

    estimator, table, target = cases()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged
        return clone(estimator).fit(table, target), table
